internal import Glibc

/// A system call that failed, and errno's value right after it.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call that failed, as its manual page is named.
    package let call: String
    /// errno.
    package let code: CInt

    package init(call: String, code: CInt) {
        self.call = call
        self.code = code
    }

    /// What errno holds for `call`.
    static func last(_ call: String) -> SystemError { SystemError(call: call, code: errno) }

    /// For example `open: No such file or directory`.
    package var description: String { "\(call): \(SystemError.text(of: code))" }

    /// What errno's value means, in the C locale.
    package static func text(of code: CInt) -> String {
        // SAFETY: strerror returns a string that lives until the thread's next call of it.
        unsafe String(cString: strerror(code))
    }
}

/// Repeats a system call that a signal interrupted.
@inline(__always)
func retryingOnInterrupt(_ call: () -> Int) -> Int {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

extension SystemError {
    /// Another socket has the address (EADDRINUSE).
    package var isAddressInUse: Bool { code == EADDRINUSE }

    /// Nothing is there: no such name (ENOENT), or one below what is no directory (ENOTDIR).
    package var isAbsence: Bool { code == ENOENT || code == ENOTDIR }
}
