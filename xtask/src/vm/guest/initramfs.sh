#!/bin/busybox sh
# Before there is a root: modules in order, both disks, and over to the scripts that came with the tests.
b=/bin/busybox
$b mount -t devtmpfs devtmpfs /dev
for module in /modules/*.ko; do
    [ -e "$module" ] && $b insmod "$module"
done
$b mount -t ext4 /dev/vda /root
$b mount -t ext4 /dev/vdb /root/kit
exec $b switch_root /root /bin/bash /kit/guest/init.sh
