import AuditLog
import AuditReading
import Glibc
import OpenSSL
import POSIX

/// What an audit log's files may hold when another program has written into them. The first byte
/// says which.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzAuditLog(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let kind = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch kind % 4 {
    case 0: record(rest)
    case 1: record(sealed(rest))
    case 2: files(rest)
    default: checkpoint(rest)
    }
    return 0
}

/// The record of any body, with the hash that it has.
private func sealed(_ body: [UInt8]) -> [UInt8] {
    var line = Array("{\"sequence\":1".utf8) + body
    line += Array(AuditFormat.previous.description.utf8) + AuditFormat.noHash + [0x22]
    let hash = SHA256.hexDigest(line.span)
    return line + Array("\(AuditFormat.hash)\(hash)\"}".utf8)
}

/// Every reader of a line finds the same in it.
private func record(_ bytes: [UInt8]) {
    let line = bytes.span
    let prediction = AuditPredictionLine(line)
    let isFound = AuditQuery().matches(line)
    guard (try? AuditRecordLine(line)) != nil,
        let content = try? AuditContentReader().read(line)
    else { return }
    precondition(isFound == true, "a record that a query passes over")
    precondition((content.event == .prediction) == (prediction != nil))
}

private func checkpoint(_ bytes: [UInt8]) {
    guard let checkpoint = AuditCheckpointLine(bytes.span) else { return }
    precondition(checkpoint.count > 0 || checkpoint.hash == .none)
}

private let directory: String = {
    let directory = "/dev/shm/fuzz-audit-log-\(getpid())"
    atexit { removeFiles() }
    return directory
}()

private func removeFiles() { try? Directories.removeWithFiles(directory) }

/// A log whose segment is what comes before the first zero byte, and whose checkpoints are the
/// rest. It is refused, or from the next start on nothing has to be repaired.
private func files(_ bytes: [UInt8]) {
    let key = Array("a key of thirty-two bytes or more".utf8)
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    removeFiles()
    do throws(FileError) {
        try Directories.create(directory)
        try Files.writeAtomically(
            Array(parts[0]).span, to: directory + "/records-00000000000000000001.jsonl")
        if parts.count > 1 {
            try Files.writeAtomically(
                Array(parts[1]).span, to: directory + "/checkpoints.jsonl")
        }
    } catch { preconditionFailure("\(error)") }
    let keys = AuditKeys(secret: key)
    let expectations = AuditExpectations(keys: keys)
    _ = try? AuditVerifier.verify(directory, against: expectations)
    _ = try? AuditKeyCheck(directory: directory, keys: keys)
    let inspection = try? AuditInspection(directory: directory, key: key)
    let settings = AuditSettings(
        directory: directory, key: key, sync: .none, segmentBytesMax: 4096, serviceVersion: "1")
    guard let first = try? AuditLog.open(settings, report: { _ in }) else { return }
    precondition(first.recovery == inspection?.recovery, "an inspection finds something else")
    first.close()
    guard let second = try? AuditLog.open(settings, report: { _ in }) else {
        preconditionFailure("a log that was repaired is refused")
    }
    precondition(second.recovery.tornBytes == 0, "a torn line is left")
    precondition(second.recovery.missingRecords == 0, "records are missing again")
    precondition(second.recovery.missingCheckpoints == 0, "checkpoints are missing again")
    precondition(second.recovery.verifiedRecords == 0, "a stop without a checkpoint")
    second.close()
    guard let verification = try? AuditVerifier.verify(directory, against: expectations) else {
        preconditionFailure("a log that is written cannot be verified")
    }
    precondition(verification.recordCount >= 4, "two starts and two ends")
}
