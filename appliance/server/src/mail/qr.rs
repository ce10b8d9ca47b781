//! QR codes as PNG, since few mail programs show SVG.

use qrcode::{Color, QrCode, types::QrError};

/// Pixels a module.
const SCALE: usize = 6;

/// The quiet zone, in modules (ISO/IEC 18004 asks for 4).
const QUIET: usize = 4;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum QrPngError {
    /// The text is too long.
    #[error(transparent)]
    Code(#[from] QrError),
    /// The picture cannot be written.
    #[error(transparent)]
    Png(#[from] png::EncodingError),
}

/// `text` as a QR code: a black-and-white PNG.
///
/// # Errors
/// If the text does not fit into a QR code.
pub fn png(text: &str) -> Result<Vec<u8>, QrPngError> {
    let code = QrCode::new(text)?;
    let (modules, colors) = (code.width(), code.to_colors());
    let side = (modules + 2 * QUIET) * SCALE;
    let light = |x: usize, y: usize| {
        let module = |pixel: usize| (pixel / SCALE).checked_sub(QUIET).filter(|at| *at < modules);
        match (module(x), module(y)) {
            (Some(column), Some(row)) => colors[row * modules + column] == Color::Light,
            _ => true,
        }
    };
    // One bit a pixel, rows padded to bytes, 1 is white.
    let rows = (0..side).flat_map(|y| {
        (0..side.div_ceil(8))
            .map(move |byte| (0..8).fold(0u8, |bits, bit| (bits << 1) | u8::from(light(byte * 8 + bit, y))))
    });
    let pixels: Vec<u8> = rows.collect();
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_holds_the_code_inside_its_quiet_zone() {
        let text = "https://keys.example.org/activate#abcdefghijklmnopqrstuv";
        let file = png(text).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let code = QrCode::new(text).unwrap();
        let side = (code.width() + 2 * QUIET) * SCALE;
        assert_eq!((info.width as usize, info.height as usize), (side, side));
        let black = |x: usize, y: usize| pixels[y * info.line_size + x / 8] >> (7 - x % 8) & 1 == 0;
        for row in 0..code.width() {
            for column in 0..code.width() {
                let middle = |module: usize| (module + QUIET) * SCALE + SCALE / 2;
                assert_eq!(
                    black(middle(column), middle(row)),
                    code[(column, row)] == Color::Dark,
                    "module {column},{row}"
                );
            }
        }
        assert!((0..side).all(|at| !black(at, 0) && !black(0, at) && !black(at, QUIET * SCALE - 1)));
    }
}
