internal import Features
internal import POSIX

/// Says on standard error why a command failed.
func complain(_ reason: String) {
    let line = Array("churnctl: \(reason)\n".utf8)
    StandardStream.error.write(line.span)
}

/// Prints what is wrong with the schema at `path`, a line for each mistake.
func complain(aboutSchema path: String, _ error: SchemaError) {
    for line in error.lines { complain(TerminalText.plain("\(path): \(line)")) }
}
