internal import POSIX

/// Says on standard error why a command failed.
func complain(_ reason: String) {
    let line = Array("churnctl: \(reason)\n".utf8)
    StandardStream.error.write(line.span)
}
