internal import Glibc

/// How the process answers signals.
package enum Signals {
    package static let terminate = SIGTERM
    package static let interrupt = SIGINT

    /// Makes writes to a closed pipe or connection fail with EPIPE and not end the process.
    package static func ignoreBrokenPipes() { ignore(SIGPIPE) }

    /// Takes a signal's default action away, so that a dispatch source can have it.
    package static func ignore(_ signal: CInt) { _ = Glibc.signal(signal, SIG_IGN) }
}
