//! Lines on their way to standard error, from a thread of their own: whoever logs never waits for whoever reads.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How long the thread rests behind what it has written: it is woken for the first line of a busy while, and not for each.
const REST: Duration = Duration::from_millis(5);
/// Most bytes that wait to be written. What comes when there are more is lost, and that is said.
const MOST: usize = 16 << 20;

/// Takes lines, and writes those that are left when it is dropped.
pub(super) struct Writer {
    queue: Queue,
    thread: Option<JoinHandle<()>>,
}

/// Where lines wait.
#[derive(Clone, Default)]
pub(super) struct Queue(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    lost: u64,
    is_over: bool,
    /// Whether the thread has to be woken.
    is_asleep: bool,
}

impl Writer {
    pub(super) fn start() -> io::Result<Self> {
        let queue = Queue::default();
        let written = queue.clone();
        let thread = std::thread::Builder::new().name("log".to_owned()).spawn(move || written.write_out())?;
        Ok(Self { queue, thread: Some(thread) })
    }

    pub(super) fn queue(&self) -> Queue {
        self.queue.clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.waiting().is_over = true;
        self.queue.0.arrived.notify_one();
        // Where writing panicked there is nowhere to say so.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_out(&self) {
        let mut text = Vec::new();
        loop {
            let (lost, is_over) = self.take(&mut text);
            // There is nowhere else to tell that this failed.
            let _ = io::stderr().lock().write_all(&text);
            if lost > 0 {
                let _ = writeln!(
                    io::stderr().lock(),
                    "{{\"level\":\"ERROR\",\"message\":\"{lost} lines of the log were lost\"}}"
                );
            }
            text.clear();
            if is_over {
                return;
            }
            self.rest();
        }
    }

    /// Waits for lines and takes them; answers how many were lost, and whether these are the last.
    fn take(&self, text: &mut Vec<u8>) -> (u64, bool) {
        let mut waiting = self.waiting();
        waiting.is_asleep = true;
        let is_empty = |waiting: &mut Waiting| waiting.text.is_empty() && !waiting.is_over;
        let mut waiting = self.0.arrived.wait_while(waiting, is_empty).unwrap_or_else(PoisonError::into_inner);
        waiting.is_asleep = false;
        std::mem::swap(text, &mut waiting.text);
        (std::mem::take(&mut waiting.lost), waiting.is_over)
    }

    /// Lets lines gather, unless there will be no more.
    fn rest(&self) {
        drop(self.0.arrived.wait_timeout_while(self.waiting(), REST, |waiting| !waiting.is_over));
    }
}

impl Write for Queue {
    /// A line comes in one piece.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.waiting();
        if waiting.text.len() + line.len() > MOST {
            waiting.lost += 1;
            return Ok(line.len());
        }
        waiting.text.extend_from_slice(line);
        let is_asleep = std::mem::take(&mut waiting.is_asleep);
        drop(waiting);
        if is_asleep {
            self.0.arrived.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
