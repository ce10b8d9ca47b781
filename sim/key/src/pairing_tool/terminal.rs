//! The terminal as the pairing tool's [`Ui`].

use std::io::{self, BufRead, IsTerminal, Write};

use super::{Image, Ui};

/// Standard input and output. Without a terminal there are no QR codes, and every question is answered by no.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal;

impl Ui for Terminal {
    fn show(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }

    fn show_qr(&mut self, image: &Image) -> io::Result<()> {
        if !io::stdout().is_terminal() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        out.write_all(image.terminal().as_bytes())?;
        out.flush()
    }

    fn ask(&mut self, question: &str) -> io::Result<bool> {
        if !io::stdin().is_terminal() {
            self.show(&format!("{question} (Nobody to ask: no. --yes answers yes.)"))?;
            return Ok(false);
        }
        let mut out = io::stdout().lock();
        write!(out, "{question} [y/N] ")?;
        out.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}
