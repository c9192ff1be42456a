internal import Glibc

/// How the process answers signals.
package enum Signals {
    package static let terminate = SIGTERM
    package static let interrupt = SIGINT
    package static let hangUp = SIGHUP

    /// Makes writes to a closed pipe or connection fail with EPIPE and not end the process.
    package static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

    /// Keeps signals pending until `wait` takes them, in this thread and in those it starts from
    /// now on. So none is lost, however early it comes.
    package static func block(_ signals: [CInt]) {
        var set = set(of: signals)
        let result = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        precondition(result == 0, "the kernel has no such signal")
    }

    /// Waits until one of some blocked signals comes, and returns it.
    package static func wait(for signals: [CInt]) -> CInt {
        var set = set(of: signals)
        var signal: CInt = 0
        let result = unsafe sigwait(&set, &signal)
        precondition(result == 0, "the kernel has no such signal")
        return signal
    }

    /// Ends the process as the signal would have, had it not been blocked, so that its parent sees
    /// what ended it. Nothing is cleaned up.
    package static func end(by ending: CInt) -> Never {
        _ = signal(ending, SIG_DFL)
        var set = set(of: [ending])
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        _ = raise(ending)
        _exit(128 + ending)
    }

    /// Ends the process without waiting for any of its threads (_exit(2)). Nothing is cleaned up.
    package static func endProcess(_ code: CInt) -> Never { _exit(code) }

    private static func set(of signals: [CInt]) -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        return set
    }
}
