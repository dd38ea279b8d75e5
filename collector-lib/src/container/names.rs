//! Names of containers, from the runtimes' sockets: `GET /containers/json` of Docker's Engine API, which Podman has, too.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use grapevine_proto::Absence;
use serde::Deserialize;

use crate::collector::absence_of;
use crate::socket::connect_at_once;

/// Names by identifier.
#[derive(Debug)]
pub(super) struct Names {
    sockets: Vec<PathBuf>,
    known: BTreeMap<String, String>,
    /// Why a socket told nothing when it was last asked.
    absence: Option<Absence>,
}

impl Names {
    pub(super) fn new(sockets: Vec<PathBuf>) -> Self {
        Self { sockets, known: BTreeMap::new(), absence: None }
    }

    /// The name of a container; none where nobody may be asked.
    pub(super) fn get(&self, id: &str) -> Result<Option<&str>, Absence> {
        match (self.known.get(id), self.absence) {
            (Some(name), _) => Ok(Some(name)),
            (None, Some(absence)) => Err(absence),
            (None, None) => Ok(None),
        }
    }

    /// Asks all sockets for the names of those containers that are `wanted`.
    pub(super) fn ask(&mut self, wanted: impl Fn(&str) -> bool) {
        self.known.retain(|id, _| wanted(id));
        self.absence = None;
        for socket in &self.sockets {
            match list(socket) {
                Ok(listed) => {
                    let listed = listed.into_iter().filter(|one| wanted(&one.id));
                    self.known.extend(listed.filter_map(|one| {
                        let name = one.names.into_iter().next()?;
                        Some((one.id, name.trim_start_matches('/').to_owned()))
                    }));
                }
                Err(error) => self.absence = Some(absence_of(&error)),
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct Listed {
    #[serde(rename = "Id")]
    id: String,
    /// Docker writes a slash before them.
    #[serde(rename = "Names", default)]
    names: Vec<String>,
}

/// HTTP 1.0 has the answer end with the connection, in one piece.
fn list(socket: &Path) -> io::Result<Vec<Listed>> {
    let mut stream = connect_at_once(socket)?;
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(WAIT))?;
    stream.write_all(b"GET /containers/json HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let (began, mut answer, mut part) = (Instant::now(), Vec::new(), [0; 4096]);
    loop {
        let left = WAIT.checked_sub(began.elapsed()).filter(|left| !left.is_zero());
        stream.set_read_timeout(Some(left.ok_or(io::ErrorKind::TimedOut)?))?;
        match stream.read(&mut part)? {
            0 => return parse(&answer).ok_or_else(|| io::ErrorKind::InvalidData.into()),
            length => answer.extend(part.get(..length).unwrap_or_default()),
        }
        if answer.len() > ANSWER_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
}

fn parse(answer: &[u8]) -> Option<Vec<Listed>> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = answer.split_at_checked(end + 4)?;
    let status = str::from_utf8(head).ok()?.split(' ').nth(1)?;
    if status != "200" { None } else { serde_json::from_slice(body).ok() }
}

/// The longest that a runtime may take to answer; nothing but containers waits for it.
const WAIT: Duration = Duration::from_secs(2);

/// A container takes some 2 KB of the list: these are 500.
const ANSWER_BYTES_MAX: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::net::UnixListener;

    #[test]
    fn names_are_read_from_the_answer() {
        let answer = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n\
            [{\"Id\":\"ab\",\"Names\":[\"/web\"],\"Image\":\"x\"},{\"Id\":\"cd\",\"Names\":[\"db\"]},{\"Id\":\"ef\"}]";
        let listed = parse(answer).unwrap();
        assert_eq!(listed.len(), 3);
        assert_eq!((listed[0].id.as_str(), listed[0].names[0].as_str()), ("ab", "/web"));
        assert!(parse(b"HTTP/1.0 403 Forbidden\r\n\r\n[]").is_none());
    }

    #[test]
    fn a_socket_tells_names_or_why_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker.sock");
        let mut names = Names::new(vec![path.clone()]);
        names.ask(|_| true);
        assert_eq!(names.get("ab"), Err(Absence::Unsupported), "there is no socket");
        let listener = UnixListener::bind(&path).unwrap();
        let runtime = std::thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            let mut request = [0; 64];
            let length = peer.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /containers/json HTTP/1.0\r\n"));
            peer.write_all(b"HTTP/1.0 200 OK\r\n\r\n[{\"Id\":\"ab\",\"Names\":[\"/web\"]},{\"Id\":\"cd\"}]")
                .unwrap();
        });
        names.ask(|id| id == "ab");
        assert_eq!((names.get("ab"), names.get("cd")), (Ok(Some("web")), Ok(None)));
        runtime.join().unwrap();
        names.ask(|id| id == "ab");
        assert_eq!(names.get("ab"), Ok(Some("web")), "names do not change: the last one stays");
        names.ask(|_| false);
        assert!(names.known.is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_or_refused(bytes: Vec<u8>, body in "[\\[\\]{}\":,A-Za-z0-9 ]{0,60}") {
            parse(&bytes);
            parse(format!("HTTP/1.1 200 OK\r\n\r\n{body}").as_bytes());
        }
    }
}
