internal import ArgumentParser
internal import AuditLog
internal import AuditReading
internal import POSIX

/// `churnctl audit`: what a log of predictions proves.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Verify audit logs, score them again, and look records up.",
        discussion: """
            The key is read from the file --key-file names, else from AUDIT_KEY or \
            CHURND_AUDIT_KEY, or from the file that AUDIT_KEY_FILE or CHURND_AUDIT_KEY_FILE \
            names. One newline at the end of a file is cut. It is never an argument, where ps \
            would show it.
            """,
        subcommands: [AuditVerifyCommand.self, AuditReplayCommand.self, AuditShowCommand.self])
}

/// Where the audit log's key comes from.
struct AuditKeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The file that holds the key.", valueName: "path"),
        completion: .file())
    var keyFile: String?

    /// Nil where none is configured.
    func keys() throws -> AuditKeys? {
        let secret: [UInt8]?
        do {
            secret = try SecretSource.audit.read(filePath: keyFile)
        } catch let error as FileError {
            throw CommandFailure(.noInput, "\(error)")
        } catch let error as SecretSourceError {
            throw ValidationError("\(error)")
        }
        guard let secret else { return nil }
        guard secret.count >= AuditLimits.secretBytesMin else {
            throw ValidationError(
                "the audit key has \(secret.count) bytes, expected at least "
                    + "\(AuditLimits.secretBytesMin)")
        }
        return AuditKeys(secret: secret)
    }

    /// Throws where these are not the keys that the log in `directory` is written with.
    static func check(_ keys: AuditKeys, of directory: String) throws {
        // A directory that cannot be read is reported by the code that reads the log.
        if (try? AuditKeyCheck(directory: directory, keys: keys)) == .wrong {
            throw CommandFailure(.data, "\(directory): \(otherKey("every MAC"))")
        }
    }
    /// Why no MAC of a log is right.
    static func otherKey(_ macs: String) -> String {
        "\(macs) is wrong under this key: it is not the audit.key that the log was written with, "
            + "or all was forged"
    }
}
