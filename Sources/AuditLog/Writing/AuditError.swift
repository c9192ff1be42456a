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
    /// The record has no MAC that is right under the key, although others of the log have.
    case forged(file: String, sequence: Int)
    /// No MAC is right under the key.
    case otherKey(file: String)
    /// A file of a log with another identity, which is written with the same key.
    case otherLog(file: String, found: LogIdentity, wanted: LogIdentity)

    package var description: String {
        switch self {
        case .locked(let directory): "\(directory): in use by another process"
        case .file(let error): "\(error)"
        case .damagedTail(let file, let sequence):
            "\(file): damaged at its end"
                + (sequence.map { ", record \($0)" } ?? "")
                + ", expected a record whose hash is right"
        case .forged(let file, let sequence):
            "\(file): record \(sequence) was not written with audit.key: its MAC is wrong or "
                + "missing"
        case .otherKey(let file):
            "\(file): no MAC is right: audit.key is not the key that this log was written with, or "
                + "the log is forged; expected that key, or another directory"
        case .otherLog(let file, let found, let wanted):
            "\(file): of log \(found), expected \(wanted): files of two logs are in one directory"
        }
    }
}
