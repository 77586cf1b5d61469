//! The soft sound of a tap that was heard.
//!
//! It is made here, twenty milliseconds of a dying sine, and handed to `aplay` (alsa-utils), so that the kiosk links no sound
//! library. The player runs on a thread of its own, one at a time: taps that come meanwhile make no sound of their own.
//! Where there is no player, or it cannot play, the kiosk is silent and says so once.
//!
//! Invariant: [`Sound::tap`] never waits.

use std::f32::consts::TAU;
use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::{program, watchdog};

/// What plays it.
pub const PLAYER: &str = "aplay";

/// Samples a second; every sound card knows it.
const RATE: u32 = 48_000;
/// 20 ms.
const SAMPLES: u32 = RATE / 50;
const PITCH_HZ: f32 = 1_050.0;
/// A tenth of what is left after each so many seconds (÷ 2.3).
const DECAY_S: f32 = 0.004;
/// The first millisecond swells, so that it does not click.
const ATTACK_S: f32 = 0.001;
/// Of full volume: about -14 dB.
const LOUDNESS: f32 = 0.2;

/// How long a player may take; then the sound card hangs, and it is ended.
const PATIENCE: Duration = Duration::from_secs(2);

/// The sound. Nothing is started before the first tap.
#[derive(Debug)]
pub struct Sound {
    player: String,
    taps: Option<SyncSender<()>>,
}

impl Sound {
    /// Played by this program, found on the `PATH` if it is a bare name.
    #[must_use]
    pub fn new(player: &str) -> Self {
        Self { player: player.to_owned(), taps: None }
    }

    /// Plays it, unless it is being played.
    pub fn tap(&mut self) {
        if self.taps.is_none() {
            // Without a queue: what comes while it plays is not played later.
            let (taps, heard) = sync_channel(0);
            let player = self.player.clone();
            if let Err(error) = thread::Builder::new().name("sound".to_owned()).spawn(move || listen(&player, &heard)) {
                tracing::info!(%error, "taps make no sound");
            }
            self.taps = Some(taps);
        }
        if let Some(taps) = &self.taps {
            let _ = taps.try_send(());
        }
    }
}

/// Plays until nobody taps any more, or there is no player.
fn listen(player: &str, taps: &Receiver<()>) {
    let wave = wave();
    let mut complained = false;
    while taps.recv().is_ok() {
        let Err(problem) = play(player, &wave) else { continue };
        if !complained {
            tracing::info!(player, problem = problem.to_string(), "taps make no sound");
            complained = true;
        }
        if matches!(&problem, Silence::Start(error) if error.kind() == ErrorKind::NotFound) {
            return;
        }
    }
}

/// Why nothing was heard.
#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error("it does not start: {0}")]
    Start(#[source] std::io::Error),
    #[error("it ended with {0}")]
    Refused(std::process::ExitStatus),
    #[error("it took too long")]
    Stuck,
}

fn play(player: &str, wave: &[u8]) -> Result<(), Silence> {
    let mut command = Command::new(player);
    command.args(["-q", "-t", "wav", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    for variable in watchdog::VARIABLES {
        command.env_remove(variable);
    }
    let mut child = command.spawn().map_err(Silence::Start)?;
    if let Some(mut pipe) = child.stdin.take() {
        // Two kilobytes fit into the pipe whether it reads or not; one that is gone already says why by its exit status.
        let _ = pipe.write_all(wave);
    }
    let status = program::wait(&mut child, PATIENCE).map_err(Silence::Start)?.ok_or(Silence::Stuck)?;
    if status.success() { Ok(()) } else { Err(Silence::Refused(status)) }
}

/// The sound as a WAV file: 16 bit, one channel.
fn wave() -> Vec<u8> {
    let bytes = SAMPLES * 2;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    // PCM, one channel.
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * 2).to_le_bytes());
    file.extend_from_slice(&2_u16.to_le_bytes());
    file.extend_from_slice(&16_u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    file.extend((0..SAMPLES).flat_map(|at| sample(at).to_le_bytes()));
    file
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "below 2^16, and rounded on purpose")]
fn sample(at: u32) -> i16 {
    let seconds = at as f32 / RATE as f32;
    let swell = (seconds / ATTACK_S).min(1.0);
    let value = swell * (-seconds / DECAY_S).exp() * (TAU * PITCH_HZ * seconds).sin() * LOUDNESS;
    (value * f32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};

    use super::*;

    /// A player that is a shell script.
    fn player(folder: &Path, script: &str) -> String {
        let path = folder.join("player");
        fs::write(&path, format!("#!/bin/sh\ncd {}\n{script}\n", folder.display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    /// Taps until there is such a file; a tap while the thread starts or plays makes no sound.
    fn tap_until(sound: &mut Sound, file: &Path) {
        for _ in 0..1_000 {
            sound.tap();
            if file.exists() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{} never came", file.display());
    }

    /// Processes whose parent is this one, ended ones too.
    fn children() -> Vec<PathBuf> {
        let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
        let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        lists.flat_map(|list| list.split_whitespace().map(PathBuf::from).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn a_tap_plays_a_short_soft_sound() {
        let folder = tempfile::tempdir().unwrap();
        let mut sound = Sound::new(&player(folder.path(), "echo \"$@\" > said; cat > heard.new; mv heard.new heard"));
        tap_until(&mut sound, &folder.path().join("heard"));
        assert_eq!(fs::read_to_string(folder.path().join("said")).unwrap().trim(), "-q -t wav -");
        let heard = fs::read(folder.path().join("heard")).unwrap();
        assert_eq!(heard, wave());
        let (top, data) = heard.split_at(44);
        assert_eq!((&top[..4], &top[36..40], data.len()), (&b"RIFF"[..], &b"data"[..], 1_920));
        let volumes: Vec<i16> = data.chunks(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]).abs()).collect();
        let loudest = *volumes.iter().max().unwrap();
        assert!((2_000..=6_600).contains(&loudest), "{loudest}");
        assert!(volumes[900..].iter().all(|volume| *volume < 100), "it ends softly");
    }

    #[test]
    fn one_plays_at_a_time_and_none_stays_behind() {
        let folder = tempfile::tempdir().unwrap();
        let script = "mkdir playing || touch two; cat > /dev/null; echo >> count; sleep 0.05; rmdir playing; \
                      [ $(wc -l < count) -lt 4 ] || touch four";
        let mut sound = Sound::new(&player(folder.path(), script));
        tap_until(&mut sound, &folder.path().join("four"));
        assert!(!folder.path().join("two").exists());
        drop(sound);
        for _ in 0..500 {
            if children().is_empty() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("left behind: {:?}", children());
    }

    #[test]
    fn a_player_that_hangs_is_ended_and_the_next_tap_is_heard() {
        let folder = tempfile::tempdir().unwrap();
        let script = "[ -e hung ] && touch heard || { touch hung; exec sleep 600; }";
        let mut sound = Sound::new(&player(folder.path(), script));
        tap_until(&mut sound, &folder.path().join("heard"));
    }

    #[test]
    fn without_a_player_it_is_silent() {
        let (taps, heard) = sync_channel(1);
        taps.send(()).unwrap();
        // Returns although somebody could still tap: there is nothing to wait for.
        listen("/nonexistent/aplay", &heard);
        let mut sound = Sound::new("/nonexistent/aplay");
        for _ in 0..100 {
            sound.tap();
        }
        assert!(children().is_empty());
    }
}
