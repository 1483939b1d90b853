//! From text to tree, within bounds.

use std::collections::BTreeMap;
use std::rc::Rc;

use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::{Entry, Fault, Mark, Node, Scalar, Value};

/// No profile comes near; the bounds keep a hostile file from costing more than its reading.
const MAX_DEPTH: usize = 16;
const MAX_NODES: usize = 10_000;

/// Where a text begins.
const BEGIN: Mark = Mark { line: 1, column: 1 };

/// A place and what is wrong there.
type Failure = (Mark, Fault);

/// Reads one document.
pub(crate) fn load(text: &str) -> Result<Rc<Node>, Failure> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut loader = Loader { text, events: parser(text, options), anchors: BTreeMap::new(), nodes: 0 };
    loader.document()
}

fn parser(text: &str, options: Options) -> Parser<'_, StrInput<'_>> {
    Parser::new_from_str_with_options(text, options)
}

struct Loader<'a> {
    text: &'a str,
    events: Parser<'a, StrInput<'a>>,
    anchors: BTreeMap<usize, Rc<Node>>,
    nodes: usize,
}

impl<'a> Loader<'a> {
    fn document(&mut self) -> Result<Rc<Node>, Failure> {
        let (event, _) = self.next()?;
        let event = if event == Event::StreamStart { self.next()?.0 } else { event };
        if !matches!(event, Event::DocumentStart(..)) {
            return Err((BEGIN, Fault::Empty));
        }
        let (event, mark) = self.next()?;
        let root = self.node(event, mark, MAX_DEPTH)?;
        self.end()?;
        match &root.value {
            Value::Scalar(scalar) if scalar.is_null() => Err((BEGIN, Fault::Empty)),
            _ => Ok(root),
        }
    }

    fn end(&mut self) -> Result<(), Failure> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(..), mark) => return Err((mark, Fault::SecondDocument)),
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Mark), Failure> {
        match self.events.next() {
            Some(Ok((event, span))) => Ok((event, begin(&span))),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, BEGIN)),
        }
    }

    fn syntax(&self, error: &ScanError) -> Failure {
        let mark = place(error.marker());
        let line = self.text.lines().nth(mark.line.saturating_sub(1)).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        // The parser tells a tab in many ways, none of which names it.
        let fault = match line.get(..indent) {
            Some(blank) if blank.contains('\t') => Fault::Tab,
            _ => Fault::Syntax(error.info()),
        };
        (mark, fault)
    }

    fn node(&mut self, event: Event<'a>, mark: Mark, depth: usize) -> Result<Rc<Node>, Failure> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err((mark, Fault::TooMany(MAX_NODES)));
        }
        let Some(depth) = depth.checked_sub(1) else { return Err((mark, Fault::TooDeep(MAX_DEPTH))) };
        let (anchor, value) = match event {
            Event::Alias(anchor) => return self.alias(anchor, mark, depth),
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, tagless(tag.as_deref(), mark).map(|()| scalar(&text, style))?)
            }
            Event::SequenceStart(_, anchor, tag) => {
                (anchor, tagless(tag.as_deref(), mark).and_then(|()| self.list(depth))?)
            }
            Event::MappingStart(_, anchor, tag) => {
                (anchor, tagless(tag.as_deref(), mark).and_then(|()| self.map(depth))?)
            }
            // Every other event ends something or is switched off.
            _ => return Err((mark, Fault::Syntax("a value is missing".to_owned()))),
        };
        let height = 1 + below(&value);
        let node = Rc::new(Node { mark, value, height });
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        Ok(node)
    }

    fn alias(&self, anchor: usize, mark: Mark, depth: usize) -> Result<Rc<Node>, Failure> {
        match self.anchors.get(&anchor) {
            // An anchor is known once its node is complete.
            None => Err((mark, Fault::SelfReference)),
            // Aliases of aliases nest without nesting the text.
            Some(node) if node.height > depth + 1 => Err((mark, Fault::TooDeep(MAX_DEPTH))),
            Some(node) => Ok(Rc::clone(node)),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Failure> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, mark) => items.push(self.node(event, mark, depth)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, Failure> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Entry> = Vec::new();
        let mut first: BTreeMap<String, Mark> = BTreeMap::new();
        loop {
            let (event, mark) = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(key, style, 0, None), mark) => ((key, style), mark),
                (_, mark) => return Err((mark, Fault::ComplexKey)),
            };
            let (key, style) = event;
            self.nodes += 1;
            let (event, place) = self.next()?;
            let node = self.node(event, place, depth)?;
            if key == "<<" && style == ScalarStyle::Plain {
                self.merge(&node, &mut merged)?;
            } else if let Some(first) = first.insert(key.to_string(), mark) {
                return Err((mark, Fault::DuplicateKey { key: key.into_owned(), first }));
            } else {
                entries.push(Entry { key: key.into_owned(), mark, node });
            }
        }
        // A mapping's own keys win over merged ones, and earlier merges over later ones.
        for entry in merged {
            if first.insert(entry.key.clone(), entry.mark).is_none() {
                entries.push(entry);
            }
        }
        Ok(Value::Map(entries))
    }

    fn merge(&mut self, node: &Rc<Node>, into: &mut Vec<Entry>) -> Result<(), Failure> {
        let sources = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        for source in sources {
            let Value::Map(entries) = &source.value else { return Err((source.mark, Fault::Merge(source.kind()))) };
            // Merging copies, so it counts.
            self.nodes += entries.len();
            if self.nodes > MAX_NODES {
                return Err((source.mark, Fault::TooMany(MAX_NODES)));
            }
            into.extend(entries.iter().cloned());
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    Value::Scalar(Scalar { text: text.to_owned(), plain: style == ScalarStyle::Plain })
}

fn tagless(tag: Option<&Tag>, mark: Mark) -> Result<(), Failure> {
    tag.map_or(Ok(()), |tag| Err((mark, Fault::Tag(tag.to_string().replace("tag:yaml.org,2002:", "!!")))))
}

fn below(value: &Value) -> usize {
    match value {
        Value::Scalar(_) => 0,
        Value::List(items) => items.iter().map(|item| item.height).max().unwrap_or(0),
        Value::Map(entries) => entries.iter().map(|entry| entry.node.height).max().unwrap_or(0),
    }
}

fn begin(span: &Span) -> Mark {
    place(&span.start)
}

fn place(marker: &Marker) -> Mark {
    Mark { line: marker.line().max(1), column: marker.col() + 1 }
}

#[cfg(test)]
mod tests;
