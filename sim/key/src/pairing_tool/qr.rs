//! A QR code as terminal text, SVG and PNG.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, so that scanners find it.
const QUIET: usize = 4;

/// Pixels a module has in a PNG.
const SCALE: usize = 8;

/// A text that no QR code can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub struct UnfitForQr;

/// A QR code, with the quiet zone around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Modules a side.
    side: usize,
    /// Row by row, true is dark.
    dark: Vec<bool>,
}

impl Image {
    /// The code of a text.
    ///
    /// # Errors
    /// [`UnfitForQr`] if the text is longer than a code holds (2.3 kB).
    pub fn of(text: &str) -> Result<Self, UnfitForQr> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| UnfitForQr)?;
        let (width, colors) = (code.width(), code.to_colors());
        let side = width + 2 * QUIET;
        let mut dark = vec![false; side * side];
        for (row, colors) in colors.chunks(width).enumerate() {
            let start = (row + QUIET) * side + QUIET;
            for (module, color) in dark[start..].iter_mut().zip(colors) {
                *module = *color == Color::Dark;
            }
        }
        Ok(Self { side, dark })
    }

    fn is_dark(&self, row: usize, column: usize) -> bool {
        row < self.side && self.dark[row * self.side + column]
    }

    /// Two modules a character, in half blocks. Colours are set rather than left to the terminal, so that dark stays dark
    /// on any background: scanners cannot read an inverted code.
    pub fn terminal(&self) -> String {
        let mut text = String::new();
        for row in (0..self.side).step_by(2) {
            text.push_str("\x1b[38;5;16;48;5;231m");
            text.extend((0..self.side).map(|column| {
                match (self.is_dark(row, column), self.is_dark(row + 1, column)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                }
            }));
            text.push_str("\x1b[0m\n");
        }
        text
    }

    /// As SVG, one path.
    pub fn svg(&self) -> String {
        let side = self.side;
        let modules: String = (0..side * side)
            .filter(|at| self.dark[*at])
            .map(|at| format!("M{} {}h1v1h-1z", at % side, at / side))
            .collect();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path d=\"{modules}\"/></svg>"
        )
    }

    /// As PNG, black and white.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let pixels = self.side * SCALE;
        let mut data = Vec::with_capacity(pixels * pixels);
        for row in 0..pixels {
            data.extend(
                (0..pixels).map(|column| if self.is_dark(row / SCALE, column / SCALE) { 0 } else { 255 }),
            );
        }
        let size = u32::try_from(pixels).unwrap_or(u32::MAX);
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, size, size);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&data)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_show_the_same_modules() {
        let image = Image::of("http://localhost:8080/pair#a.b.c").unwrap();
        let side = image.side;
        // From the terminal's half blocks back to modules.
        let mut seen = vec![false; (side + 1) * side];
        for (line, text) in image.terminal().lines().enumerate() {
            let modules =
                text.strip_prefix("\x1b[38;5;16;48;5;231m").unwrap().strip_suffix("\x1b[0m").unwrap();
            for (column, block) in modules.chars().enumerate() {
                seen[2 * line * side + column] = matches!(block, '█' | '▀');
                seen[(2 * line + 1) * side + column] = matches!(block, '█' | '▄');
            }
        }
        assert_eq!(seen[..side * side], image.dark);
        assert_eq!(image.svg().matches("h1v1").count(), image.dark.iter().filter(|dark| **dark).count());
        let png = image.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let middle =
            |row: usize, column: usize| pixels[(row * SCALE + 3) * side * SCALE + column * SCALE + 3] == 0;
        assert!((0..side * side).all(|at| middle(at / side, at % side) == image.dark[at]));
        // The quiet zone, and the corner of the first finder pattern.
        assert!(!image.is_dark(3, 3) && image.is_dark(4, 4));
    }

    #[test]
    fn a_text_that_does_not_fit_is_an_error() {
        assert_eq!(Image::of(&"a".repeat(3000)), Err(UnfitForQr));
    }
}
