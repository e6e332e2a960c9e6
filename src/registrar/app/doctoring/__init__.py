"""The questions of the doctor, a file a group; each is a pure function over what was found."""
