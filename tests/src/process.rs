//! A program under test: its output captured line by line, stopped by its own id.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::wait;

/// Lines that a program has written so far.
#[derive(Debug, Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// All lines from the given one on.
    #[must_use]
    pub fn since(&self, first: usize) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().skip(first).cloned().collect()
    }

    /// All lines.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        self.since(0)
    }

    /// The last few lines, for a message.
    #[must_use]
    pub fn tail(&self) -> String {
        let all = self.all();
        let from = all.len().saturating_sub(12);
        all.into_iter().skip(from).collect::<Vec<_>>().join("\n")
    }

    /// How many lines there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn fill(&self, from: impl Read + Send + 'static) -> JoinHandle<()> {
        let lines = self.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(from).split(b'\n') {
                let Ok(line) = line else { break };
                let line = String::from_utf8_lossy(&line).into_owned();
                lines.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        })
    }
}

/// A running program; ends with it, whatever happens.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    own_group: bool,
    readers: Vec<JoinHandle<()>>,
    /// What it wrote on stdout.
    pub out: Lines,
    /// What it wrote on stderr.
    pub err: Lines,
}

impl Process {
    /// Starts a program in a process group of its own.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        Self::launch(name, command.process_group(0), true)
    }

    /// Starts a program in this process's group: whoever freezes or kills the group means it too.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_in_this_group(name: &str, command: &mut Command) -> Result<Self> {
        Self::launch(name, command, false)
    }

    fn launch(name: &str, command: &mut Command, own_group: bool) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("start {name} ({command:?})"))?;
        let (out, err) = (Lines::default(), Lines::default());
        let mut readers = Vec::new();
        readers.extend(child.stdout.take().map(|stdout| out.fill(stdout)));
        readers.extend(child.stderr.take().map(|stderr| err.fill(stderr)));
        let stdin = child.stdin.take();
        Ok(Self { name: name.to_owned(), child, stdin, own_group, readers, out, err })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes one line to its stdin.
    ///
    /// # Errors
    /// When it reads no more.
    pub fn say(&mut self, line: &str) -> Result<()> {
        let stdin = self.stdin.as_mut().context("stdin is closed")?;
        writeln!(stdin, "{line}").and_then(|()| stdin.flush()).with_context(|| format!("write to {}", self.name))
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("wait for {}", self.name))
    }

    /// Waits until a line of stdout gives what is looked for.
    ///
    /// # Errors
    /// When the program ends first, or the limit passes; with the end of its stderr.
    pub async fn line<T>(&mut self, limit: Duration, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        let mut seen = 0;
        let start = wait::boot();
        loop {
            let ended = self.ended()?;
            for line in self.out.since(seen) {
                seen += 1;
                if let Some(found) = read(&line) {
                    return Ok(found);
                }
            }
            if let Some(status) = ended {
                bail!("{} ended ({status}) before {what}:\n{}", self.name, self.err.tail());
            }
            if wait::since(start) > limit {
                bail!("{} did not give {what} within {limit:?}:\n{}", self.name, self.err.tail());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Sends a signal to the program alone.
    ///
    /// # Errors
    /// When it is gone.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(self.pid()?, signal).with_context(|| format!("signal to {}", self.name))
    }

    /// SIGTERM, and waits for the orderly end.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn stop(&mut self) -> Result<ExitStatus> {
        if let Some(status) = self.ended()? {
            return Ok(status);
        }
        self.signal(Signal::TERM)?;
        self.end().await
    }

    /// kill -9, and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill(&mut self) -> Result<()> {
        if self.ended()?.is_none() {
            self.signal(Signal::KILL)?;
            self.end().await?;
        }
        Ok(())
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn end(&mut self) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        let child = &mut self.child;
        let ended = wait::until(&what, || child.try_wait().transpose()).await;
        let status = ended.with_context(|| self.err.tail())?.with_context(|| what)?;
        // Its last words may still be in the pipe.
        wait::until("the end of its output", || self.readers.iter().all(JoinHandle::is_finished).then_some(())).await?;
        Ok(status)
    }

    fn pid(&self) -> Result<Pid> {
        let raw = i32::try_from(self.child.id()).context("a process id")?;
        Pid::from_raw(raw).context("a process id")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The group too: a browser's driver leaves its browser behind otherwise.
        if self.own_group
            && let Ok(pid) = self.pid()
        {
            let _gone_already = kill_process_group(pid, Signal::KILL);
        }
        let _gone_already = self.child.kill();
        let _gone_already = self.child.wait();
    }
}
