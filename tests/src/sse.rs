//! Server-sent events, as a browser reads them.

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// For `Last-Event-ID`.
    pub id: Option<String>,
    /// Its name; `message` when the server gave none.
    pub name: String,
    /// Its data, lines joined.
    pub data: String,
}

/// Takes bytes in whatever pieces they come, gives events.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: Vec<u8>,
    id: Option<String>,
    name: Option<String>,
    data: Vec<String>,
}

impl Reader {
    /// Takes a piece and returns the events that it completes.
    pub fn push(&mut self, piece: &[u8]) -> Vec<Event> {
        self.buffer.extend_from_slice(piece);
        let mut events = Vec::new();
        let Some(last) = self.buffer.iter().rposition(|byte| *byte == b'\n') else { return events };
        let whole: Vec<u8> = self.buffer.drain(..=last).collect();
        for line in whole.split_inclusive(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            events.extend(self.line(line.trim_end_matches(['\n', '\r'])));
        }
        events
    }

    /// What a browser would send as `Last-Event-ID`: also an id that came without data counts.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            let name = self.name.take();
            if data.is_empty() {
                return None;
            }
            let name = name.unwrap_or_else(|| "message".to_owned());
            return Some(Event { id: self.id.clone(), name, data: data.join("\n") });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.id = Some(value.to_owned()),
            "event" => self.name = Some(value.to_owned()),
            "data" => self.data.push(value.to_owned()),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_in_any_pieces() {
        let stream = "retry: 500\n\n: alive\n\nid: 7.0\nevent: alert\ndata: {\"a\":\ndata: 1}\n\ndata: x\r\n\r\n";
        let expected = vec![
            Event { id: Some("7.0".to_owned()), name: "alert".to_owned(), data: "{\"a\":\n1}".to_owned() },
            Event { id: Some("7.0".to_owned()), name: "message".to_owned(), data: "x".to_owned() },
        ];
        for size in [1, 2, 3, 7, stream.len()] {
            let mut reader = Reader::default();
            let events: Vec<Event> = stream.as_bytes().chunks(size).flat_map(|piece| reader.push(piece)).collect();
            assert_eq!(events, expected, "pieces of {size}");
            reader.push(b"id: 8.0\n\n");
            assert_eq!(reader.last_id(), Some("8.0"));
        }
    }
}
