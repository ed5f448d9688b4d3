//! Looks at pages in headless Chromium, for tests of this and other crates.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A browser that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// The picture of a page.
#[derive(Debug)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Red, green and blue, row by row.
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Reads a PNG file of 8-bit red, green, blue with or without opacity, as browsers write it.
    ///
    /// # Panics
    /// When the file is not such a picture.
    pub fn read(png: &Path) -> Self {
        let file = std::fs::File::open(png).unwrap_or_else(|error| panic!("{}: {error}", png.display()));
        let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().expect("a PNG file");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a picture of sensible size")];
        let info = reader.next_frame(&mut bytes).expect("a whole PNG file");
        let samples = match (info.color_type, info.bit_depth) {
            (png::ColorType::Rgb, png::BitDepth::Eight) => 3,
            (png::ColorType::Rgba, png::BitDepth::Eight) => 4,
            other => panic!("{}: unexpected pixels {other:?}", png.display()),
        };
        let pixels = bytes[..info.buffer_size()].chunks_exact(samples).map(|p| [p[0], p[1], p[2]]).collect();
        Self { width: info.width, height: info.height, pixels }
    }

    /// The share of pixels that differ from the first one, in each of `bands` strips from top to bottom.
    pub fn ink(&self, bands: usize) -> Vec<f64> {
        let ground = self.pixels[0];
        let rows = (self.height as usize / bands).max(1);
        let share =
            |band: &[[u8; 3]]| band.iter().filter(|&&p| p != ground).count() as f64 / band.len() as f64;
        self.pixels.chunks(rows * self.width as usize).take(bands).map(share).collect()
    }

    /// Checks that something, but not everything, is drawn in each of `bands` strips.
    ///
    /// # Panics
    /// When a strip is blank or full.
    pub fn check(&self, bands: usize) {
        for (band, share) in self.ink(bands).into_iter().enumerate() {
            assert!(
                (0.005..=0.995).contains(&share),
                "strip {band} of {bands}: {share:.4} of the pixels are drawn"
            );
        }
    }
}

/// Opens the page in a window of this size and writes a picture of it to `png`.
///
/// `None` where no browser is installed: the test that asks is skipped, which standard error tells.
///
/// # Panics
/// When the browser fails, when the picture has another size, and when no browser is installed and `DRUGNER_NO_SKIP`
/// is `1`.
pub fn screenshot(html: &Path, png: &Path, width: u32, height: u32) -> Option<Picture> {
    let mut argument = OsString::from("--screenshot=");
    argument.push(png);
    browse(html, &[argument, format!("--window-size={width},{height}").into(), "--hide-scrollbars".into()])?;
    let picture = Picture::read(png);
    assert_eq!((picture.width, picture.height), (width, height), "size of {}", png.display());
    Some(picture)
}

/// The document of the page as the browser holds it after scripts have run. `None` and panics as [`screenshot`].
pub fn dom(html: &Path) -> Option<String> {
    browse(html, &["--dump-dom".into()])
}

/// Runs the browser on a page; what it writes to standard output.
fn browse(html: &Path, arguments: &[OsString]) -> Option<String> {
    let browser = find()?;
    let page = html.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", html.display()));
    let profile = Profile::new();
    let mut data = OsString::from("--user-data-dir=");
    data.push(&profile.0);
    let mut child = Command::new(&browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--disable-background-networking", "--force-device-scale-factor=1"])
        .arg(data)
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", browser.display()));
    // Read while the browser runs: a full pipe would stop it.
    let mut pipe = child.stdout.take().expect("standard output is a pipe");
    let output = std::thread::spawn(move || {
        let mut text = Vec::new();
        pipe.read_to_end(&mut text).map(|_| String::from_utf8_lossy(&text).into_owned())
    });
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the browser can be waited for") {
            break status;
        }
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{} has not finished after {PATIENCE:?}", browser.display());
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success(), "{}: {status}", browser.display());
    Some(output.join().expect("the reader does not panic").expect("the browser's output can be read"))
}

/// A profile folder of its own for each run, removed after it.
struct Profile(PathBuf);

impl Profile {
    fn new() -> Self {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("drugner-browser-{}-{run}", std::process::id())))
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // What is left behind lies in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The browser in `CHROMIUM`, or the first on the path.
fn find() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Some(path.into());
    }
    let folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|p| p.is_file());
    if found.is_none() {
        let message = "skipped: no browser is installed (Debian package `chromium`, or set CHROMIUM)\n";
        assert!(std::env::var_os("DRUGNER_NO_SKIP").is_none_or(|value| value != "1"), "{message}");
        // A lost notice is no reason to fail.
        let _ = std::io::stderr().write_all(message.as_bytes());
    }
    found
}
