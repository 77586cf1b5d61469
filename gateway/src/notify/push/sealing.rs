//! Sealing a message for one browser, so that the push service carries what it cannot read (RFC 8291, with the `aes128gcm` coding of
//! RFC 8188 in a single record).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, Mac as _};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey, ecdh};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;

/// An uncompressed point.
const POINT: usize = 65;
/// Every message is filled up to so many bytes, so that its length says nothing of a visitor.
const FILLED: usize = 512;
/// The size of a record that the head announces; services take bodies of 4096 bytes at least (RFC 8030 §7.2).
const RECORD: u32 = 4096;
/// Ends what is sealed in the last record; zeros follow.
const LAST: u8 = 2;
/// As browsers write it; some tools add padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keys of one browser.
pub(super) struct Recipient {
    public: PublicKey,
    auth: [u8; 16],
}

impl Recipient {
    /// Reads `p256dh` and `auth` as a browser gives them; `None` where they are no point of the curve and sixteen bytes.
    pub(super) fn parse(p256dh: &str, auth: &str) -> Option<Self> {
        let point = BASE64.decode(p256dh).ok().filter(|point| point.len() == POINT)?;
        let public = PublicKey::from_sec1_bytes(&point).ok()?;
        Some(Self { public, auth: BASE64.decode(auth).ok()?.try_into().ok()? })
    }

    /// The message's body; `None` where the system gives no random bytes or the text is longer than a message may be.
    pub(super) fn seal(&self, text: &[u8]) -> Option<Vec<u8>> {
        let (mut salt, mut scalar) = ([0; 16], [0; 32]);
        getrandom::fill(&mut salt).ok()?;
        getrandom::fill(&mut scalar).ok()?;
        // Not below the curve's order: as rare as a disk that lies, and then this one try fails.
        let own = SecretKey::from_slice(&scalar).ok()?;
        zeroize::Zeroize::zeroize(&mut scalar);
        let filling = FILLED.checked_sub(text.len())?;
        self.seal_with(text, filling, &own, salt)
    }

    /// With this key of the sender's, which serves once, and this salt (RFC 8291 §3.4).
    fn seal_with(&self, text: &[u8], filling: usize, own: &SecretKey, salt: [u8; 16]) -> Option<Vec<u8>> {
        let shared = ecdh::diffie_hellman(own.to_nonzero_scalar(), self.public.as_affine());
        let (theirs, ours) = (self.public.to_encoded_point(false), own.public_key().to_encoded_point(false));
        let extracted = hmac(&self.auth, &[shared.raw_secret_bytes()])?;
        let material = hmac(&extracted, &[b"WebPush: info\0", theirs.as_bytes(), ours.as_bytes(), &[1]])?;
        let extracted = hmac(&salt, &[&material])?;
        let key = hmac(&extracted, &[b"Content-Encoding: aes128gcm\0", &[1]])?;
        let nonce = hmac(&extracted, &[b"Content-Encoding: nonce\0", &[1]])?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key.get(..AES_128_GCM.key_len())?).ok()?);
        let nonce = Nonce::try_assume_unique_for_key(nonce.get(..NONCE_LEN)?).ok()?;

        let mut record = [text, &[LAST]].concat();
        record.resize(record.len() + filling, 0);
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut record).ok()?;
        let length = u8::try_from(ours.as_bytes().len()).ok()?;
        Some([&salt[..], &RECORD.to_be_bytes(), &[length], ours.as_bytes(), &record].concat())
    }
}

/// HMAC-SHA-256, from which HKDF (RFC 5869) is made: each of its results fits into one block here.
fn hmac(key: &[u8], parts: &[&[u8]]) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac.finalize().into_bytes().into())
}

#[cfg(test)]
pub(in crate::notify) mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64.decode(text).unwrap()
    }

    /// What a browser does with a body (RFC 8291 §3, RFC 8188 §2.1), and how long the sealed text was with its filling.
    pub(in crate::notify) fn open(body: &[u8], own: &SecretKey, auth: &[u8]) -> (Vec<u8>, usize) {
        let (salt, rest) = body.split_at(16);
        assert_eq!(rest[..5], [0, 0, 16, 0, 65], "a record of 4096 bytes, and a key of 65");
        let (sender, record) = rest[5..].split_at(65);
        let theirs = PublicKey::from_sec1_bytes(sender).unwrap();
        let shared = ecdh::diffie_hellman(own.to_nonzero_scalar(), theirs.as_affine());
        let ours = own.public_key().to_encoded_point(false);
        // HKDF by another hand than the sender's.
        let expand = |salt: &[u8], secret: &[u8], info: &[&[u8]], length: usize| {
            struct Length(usize);
            impl ring::hkdf::KeyType for Length {
                fn len(&self) -> usize {
                    self.0
                }
            }
            let extracted = ring::hkdf::Salt::new(ring::hkdf::HKDF_SHA256, salt).extract(secret);
            let mut out = vec![0; length];
            extracted.expand(info, Length(length)).unwrap().fill(&mut out).unwrap();
            out
        };
        let info: [&[u8]; 3] = [b"WebPush: info\0", ours.as_bytes(), sender];
        let material = expand(auth, shared.raw_secret_bytes(), &info, 32);
        let key = expand(salt, &material, &[b"Content-Encoding: aes128gcm\0"], 16);
        let nonce = expand(salt, &material, &[b"Content-Encoding: nonce\0"], 12);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut record = record.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let opened = key.open_in_place(nonce, Aad::empty(), &mut record).expect("the body does not open");
        let end = opened.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(opened[end], LAST);
        (opened[..end].to_vec(), opened.len())
    }

    const TEXT: &str = "V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24";
    const BROWSER: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const BROWSER_PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn the_example_of_the_standard_comes_out_byte_for_byte() {
        // RFC 8291 §5 and appendix A.
        let own = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let body = Recipient::parse(BROWSER, AUTH).unwrap().seal_with(&bytes(TEXT), 0, &own, salt).unwrap();
        let expect = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(body, bytes(expect));
        let browser = SecretKey::from_slice(&bytes(BROWSER_PRIVATE)).unwrap();
        assert_eq!(open(&body, &browser, &bytes(AUTH)), (bytes(TEXT), bytes(TEXT).len() + 1));
    }

    #[test]
    fn messages_of_any_length_look_alike_and_no_two_are_the_same() {
        let recipient = Recipient::parse(BROWSER, AUTH).unwrap();
        let browser = SecretKey::from_slice(&bytes(BROWSER_PRIVATE)).unwrap();
        let mut bodies: Vec<Vec<u8>> = Vec::new();
        for text in [&b""[..], b"a", b"a", &[0; 9], &[7; FILLED]] {
            let body = recipient.seal(text).unwrap();
            assert_eq!(body.len(), 16 + 4 + 1 + POINT + FILLED + 1 + 16, "{text:?}");
            if !text.ends_with(&[0]) {
                assert_eq!(open(&body, &browser, &bytes(AUTH)).0, text);
            }
            assert!(bodies.iter().all(|known| known[..16] != body[..16] && known[21..86] != body[21..86]));
            bodies.push(body);
        }
        assert_eq!(recipient.seal(&[7; FILLED + 1]), None);
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        assert!(Recipient::parse(&format!("{BROWSER}="), &format!("{AUTH}==")).is_some());
        let off_curve = BROWSER.replace("BCVx", "BCVy");
        let compressed = BASE64.encode(&bytes(BROWSER)[..33]);
        for (p256dh, auth) in [
            ("", AUTH),
            (BROWSER, ""),
            (off_curve.as_str(), AUTH),
            (compressed.as_str(), AUTH),
            (&BROWSER[..84], AUTH),
            (BROWSER, &AUTH[..20]),
            (BROWSER, "BTBZMqHH6r4Tts7J_aSIggAA"),
            ("not base64!", AUTH),
            (BROWSER, "BTBZMqHH6r4Tts7J/aSIgg"),
        ] {
            assert!(Recipient::parse(p256dh, auth).is_none(), "{p256dh} {auth}");
        }
    }
}
