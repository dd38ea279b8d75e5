//! Unix sockets and their files.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use grapevine_zmtp::{DialAs, Endpoint, Slot};
use tempfile::TempDir;

use crate::node::{Node, message};

/// A directory and a socket in it.
fn socket() -> (TempDir, Endpoint) {
    let directory = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::Unix(directory.path().join("tap.sock"));
    (directory, endpoint)
}

#[tokio::test]
async fn a_tap_is_for_the_group_and_goes_with_its_node() {
    let (directory, endpoint) = socket();
    let mut server = Node::new();
    assert_eq!(server.net.listen(&endpoint).await.unwrap(), endpoint);
    let path = directory.path().join("tap.sock");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);

    let mut client = Node::new();
    let (_dial, link) = client.dial(&endpoint, DialAs::Dealer).await;
    client.net.send(link, Slot::Control, message("srv01", "up")).unwrap();
    assert_eq!(server.text().await, ["srv01", "up"]);
    server.net.shutdown(Duration::from_secs(5)).await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_that_nobody_answers_at_is_replaced() {
    let (directory, endpoint) = socket();
    drop(UnixListener::bind(directory.path().join("tap.sock")).unwrap());
    let server = Node::new();
    server.net.listen(&endpoint).await.unwrap();
    let mut client = Node::new();
    client.dial(&endpoint, DialAs::Dealer).await;
}

#[tokio::test]
async fn a_socket_that_somebody_answers_at_is_not() {
    let (directory, endpoint) = socket();
    let _live = UnixListener::bind(directory.path().join("tap.sock")).unwrap();
    let error = Node::new().net.listen(&endpoint).await.unwrap_err().to_string();
    assert!(error.contains("is in use") && error.contains("take another path"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_left_alone() {
    let (directory, endpoint) = socket();
    let path = directory.path().join("tap.sock");
    std::fs::write(&path, "precious").unwrap();
    let error = Node::new().net.listen(&endpoint).await.unwrap_err();
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "a file that is no socket is there");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test]
async fn a_socket_that_another_node_put_in_its_place_stays() {
    let (directory, endpoint) = socket();
    let path = directory.path().join("tap.sock");
    let (first, second) = (Node::new(), Node::new());
    first.net.listen(&endpoint).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    second.net.listen(&endpoint).await.unwrap();
    first.net.shutdown(Duration::from_secs(5)).await;
    let mut client = Node::new();
    client.dial(&endpoint, DialAs::Dealer).await;
    second.net.shutdown(Duration::from_secs(5)).await;
    assert!(!path.exists());
}
