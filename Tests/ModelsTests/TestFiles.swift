import POSIX

/// A file that a test takes for granted.
func contents(of path: String) throws -> [UInt8] { try Files.read(path, bytesMax: 1 << 26) }
