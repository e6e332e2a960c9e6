"""Bytes to located trees and typed documents; all problems of a file at once."""
