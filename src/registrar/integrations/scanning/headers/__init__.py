"""Headers of formats that carry no code: are they what they claim, and nothing more."""
