//! How tasks are told to end, and how a shutdown knows that they have.

use tokio::sync::watch;

use super::Net;

/// When a task is to end: with its node, or with its dial.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    net: Net,
    /// Its sender is dropped with the dial.
    dial: Option<watch::Receiver<()>>,
}

impl Stop {
    /// With the node only.
    pub(super) fn of_node(net: &Net) -> Self {
        Self { net: net.clone(), dial: None }
    }

    /// With a dial too. It ends when the sender is dropped.
    pub(super) fn of_dial(net: &Net) -> (watch::Sender<()>, Self) {
        let (guard, dial) = watch::channel(());
        (guard, Self { net: net.clone(), dial: Some(dial) })
    }

    /// Returns when it is time.
    pub(super) async fn wait(&self) {
        let mut dial = self.dial.clone();
        let dropped = async {
            match &mut dial {
                // Never holds, so that it ends with its sender.
                Some(dial) => drop(dial.wait_for(|()| false).await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = dropped => {}
            () = self.net.ends() => {}
            () = self.net.0.events.closed() => {}
        }
    }
}

/// A socket is open for as long as this lives.
#[derive(Debug)]
pub(super) struct Open(Net);

impl Open {
    pub(super) fn new(net: &Net) -> Self {
        net.0.open.send_modify(|open| *open += 1);
        Self(net.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.open.send_modify(|open| *open -= 1);
    }
}
