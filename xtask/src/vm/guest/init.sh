# Process 1 of the machine: what systemd would have mounted, set and grouped, then the task, then off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
. /kit/guest/settings.sh

# Takes a file system, its options and its place.
mount_at() {
    mkdir -p "$3"
    mount -t "$1" -o "$2" "$1" "$3"
}

mount_at proc nosuid,nodev,noexec /proc
mount_at sysfs nosuid,nodev,noexec /sys
mount_at devtmpfs nosuid /dev
mount_at devpts nosuid,noexec,gid=5,mode=620,ptmxmode=666 /dev/pts
mount_at tmpfs nosuid,nodev /dev/shm
mount_at mqueue nosuid,nodev,noexec /dev/mqueue
mount_at tmpfs nosuid,nodev,mode=755 /run
mount_at tmpfs nosuid,nodev,mode=1777 /tmp
mount_at cgroup2 nosuid,nodev,noexec,nsdelegate,memory_recursiveprot /sys/fs/cgroup
chmod 1777 /dev/shm /var/tmp
ln -sf /proc/self/fd /dev/fd
hostname vm
busybox ip link set lo up
chown tester:tester /home/tester
chmod 700 /home/tester
install -d -o tester -g tester -m 700 /run/user/1000

# The bounds on open files that systemd gives (systemd-system.conf(5), `DefaultLimitNOFILE=`).
ulimit -Hn 524288
ulimit -Sn 1024

# The words of the tests go one way, the kernel's another.
stty raw -echo -F /dev/ttyS1
exec </dev/null >/dev/ttyS1 2>&1

# A setting that this kernel does not know is told; one that it refuses ends everything.
set_all() {
    local key value
    while IFS='=' read -r key value; do
        case $key in '' | '#'*) continue ;; esac
        if [ ! -e "/proc/sys/${key//.//}" ]; then
            echo "this kernel has no $key"
        elif ! echo "$value" >"/proc/sys/${key//.//}"; then
            echo "vm: $key cannot be set to $value" && busybox poweroff -f
        fi
    done
}

# `subtree_control` of every group from the top down to the last.
enable() {
    local controllers=$1 group
    shift
    for group; do
        for controller in $controllers; do
            echo "+$controller" >"/sys/fs/cgroup/$group/cgroup.subtree_control"
        done
    done
}

# What the service manager gives away with `Delegate=` (systemd.resource-control(5)); memory.oom.group and its like stay root's.
delegate() {
    local group
    for group; do
        chown tester:tester "$group" "$group"/cgroup.{procs,threads,subtree_control}
    done
}

# The groups of Debian 12: `user@.service` has `Delegate=pids memory cpu`. The user's own manager made what is below it.
cgroups() {
    local user=user.slice/user-1000.slice manager
    manager=/sys/fs/cgroup/$user/user@1000.service
    mkdir -p "$manager/init.scope" "$manager/app.slice/test.scope"
    mkdir -p /sys/fs/cgroup/init.scope /sys/fs/cgroup/system.slice/test.service
    echo $$ >/sys/fs/cgroup/init.scope/cgroup.procs
    enable "cpuset cpu io memory pids" . user.slice
    enable "cpu memory pids" system.slice "$user" "$user/user@1000.service" "$user/user@1000.service/app.slice"
    delegate "$manager" "$manager/init.scope" "$manager/app.slice" "$manager/app.slice/test.scope"
}

# Runs a command as a user, in the group where that user's commands would be, with nothing of ours in its environment.
as() {
    local user=$1 group home rights=()
    shift
    case $user in
    root)
        group=system.slice/test.service home=/root
        ;;
    *)
        group=user.slice/user-1000.slice/user@1000.service/app.slice/test.scope home=/home/$user
        rights=(setpriv --reuid="$user" --regid="$user" --clear-groups --inh-caps=-all --)
        ;;
    esac
    (
        echo "$BASHPID" >"/sys/fs/cgroup/$group/cgroup.procs"
        cd /kit/workspace/crates/cli || exit
        settings=(HOME="$home" USER="$user" LOGNAME="$user" PATH="$PATH" LANG=C.UTF-8)
        [ "$user" = root ] || settings+=(XDG_RUNTIME_DIR=/run/user/1000)
        # Snapshots are looked up in the copy, and never rewritten there.
        settings+=(INSTA_WORKSPACE_ROOT=/kit/workspace INSTA_UPDATE=no)
        settings+=(AISBX_BIN="$LAUNCHER" AISBX_PROBE="$PROBE" AISBX_TEST_DATA=/kit/test-data)
        # Which of the cases this is: what a host lacks is known before, not found out by a test.
        settings+=(AISBX_TEST_HOST="$CASE")
        exec "${rights[@]}" env -i "${settings[@]}" "$@"
    )
}

cgroups
set_all </kit/guest/sysctl.conf
while read -r place options; do
    mount -o "remount,$options" "$place" || { echo "vm: $place cannot be mounted $options" && busybox poweroff -f; }
done </kit/guest/mounts
. /kit/guest/task.sh
sync
busybox poweroff -f
