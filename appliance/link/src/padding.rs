//! Padding to steps, so that sizes tell little: a two-byte length, the content, zeros.

const STEPS: [usize; 6] = [256, 512, 1024, 2048, 4096, 8192];

/// Pads `content` to the next step; `None` if it is longer than the last one holds.
pub(crate) fn pad(content: &[u8]) -> Option<Vec<u8>> {
    let step = STEPS.into_iter().find(|step| content.len() + 2 <= *step)?;
    let length = u16::try_from(content.len()).ok()?;
    let mut padded = Vec::with_capacity(step);
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(content);
    padded.resize(step, 0);
    Some(padded)
}

/// The content of `padded`; `None` if that is not what [`pad`] makes.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<2>()?;
    let (content, zeros) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    (STEPS.contains(&padded.len()) && zeros.iter().all(|byte| *byte == 0)).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAX_CONTENT: usize = STEPS[STEPS.len() - 1] - 2;

    proptest! {
        #[test]
        fn what_is_padded_comes_back(content in proptest::collection::vec(any::<u8>(), 0..=MAX_CONTENT)) {
            let padded = pad(&content).unwrap();
            prop_assert!(STEPS.contains(&padded.len()));
            prop_assert_eq!(unpad(&padded), Some(content.as_slice()));
        }

        #[test]
        fn anything_else_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Some(content) = unpad(&bytes) {
                prop_assert_eq!(pad(content), Some(bytes.clone()));
            }
        }
    }

    #[test]
    fn too_long_is_refused() {
        assert_eq!(pad(&[0; MAX_CONTENT + 1]), None);
    }
}
