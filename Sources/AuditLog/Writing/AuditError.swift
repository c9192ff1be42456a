package import POSIX

/// Why a log cannot be opened.
package enum AuditError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process appends to it, or another log of this one.
    case locked(directory: String)
    case file(FileError)
    /// What the log ends with was not written by it, or was altered since. Nothing is built on it.
    ///
    /// - Parameter sequence: of the record, where it says one.
    case damagedTail(file: String, sequence: Int?)

    package var description: String {
        switch self {
        case .locked(let directory): "\(directory): in use by another process"
        case .file(let error): "\(error)"
        case .damagedTail(let file, let sequence):
            "\(file): damaged at its end"
                + (sequence.map { ", record \($0)" } ?? "")
                + ", wanted a record whose hash is right"
        }
    }
}
