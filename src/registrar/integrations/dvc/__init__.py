"""DVC: the remotes that hold the bytes behind pointers."""
