//! The vault: personal data is sealed per subject, and erased by destroying the subject's key.
