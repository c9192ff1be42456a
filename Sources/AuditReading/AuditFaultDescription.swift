internal import AuditLog

extension AuditFault: CustomStringConvertible {
    /// One line: where it is, what was found, and what was wanted.
    package var description: String {
        var place = file
        if let line { place += ":\(line)" }
        if let byteOffset { place += ": byte \(byteOffset)" }
        guard let sequence, !kind.namesRecords else { return "\(place): \(kind.text(self))" }
        return "\(place): record \(sequence): \(kind.text(self))"
    }
}

extension AuditFaultKind {
    /// Whether the text says which records it is about.
    fileprivate var namesRecords: Bool {
        switch self {
        case .missing, .truncated, .swapped, .notAnArchiveEnd: true
        case _: false
        }
    }

    fileprivate func text(_ fault: AuditFault) -> String {
        let sequence = fault.sequence ?? 0
        return switch self {
        case .notARecord(let fault, let claimed):
            "not a record, expected \(fault.wanted) here" + claim(claimed, sequence)
        case .tooLong: "longer than \(AuditLimits.recordBytesMax) bytes, which no record is"
        case .torn(let bytes): "torn after \(bytes) bytes: the file ends inside the line"
        case .noLineFeed: "not followed by a line feed"
        case .altered(let hash, let stated, let claimed):
            "altered: its hash is \(hash.beginning), it says \(stated.beginning)"
                + claim(claimed, sequence)
        case .content(let fault): "not as churnd writes it: \(fault)"
        case .wrongRecordMAC:
            "wrong MAC: written without the key of this log, though its hash is right"
        case .noRecordMAC: "no MAC, expected one, as in every record since format 2 began"
        case .otherLog(let found, let wanted):
            "of log \(found), expected \(wanted): another log's, written with the same key"
        case .notThisLog(let wanted): "nothing here is of log \(wanted)"
        case .checkpointGone(let count):
            "the checkpoint that counts \(count), which it names, is not in "
                + AuditFiles.checkpointsName
        case .checkpointsMissing(let count):
            "a start, which found checkpoints missing: at least \(count)"
        case .unproven(let range):
            "a start, which found nothing that proves \(AuditFaultKind.names(range)): no MAC and "
                + "no checkpoint"
        case .misnamed(let first):
            "the file begins with it, expected the record of its name"
                + (first == sequence ? "" : ", not \(first)")
        case .missing(let range, let unreadable, let after):
            AuditFaultKind.missing(range, unreadable, after)
        case .swapped: "records \(sequence) and \(sequence + 1) have changed places"
        case .repeated: "a second time"
        case .second: "a different record with the same sequence number"
        case .outOfOrder(let after): "stands after record \(after)"
        case .unlinked(let previous):
            "prev is \(previous.beginning), which is not the hash of the record before"
        case .beginsBefore(let wanted): "the log begins with it, expected record \(wanted) first"
        case .notAnArchiveEnd(let count):
            "no checkpoint counts \(count) records, so that nothing shows what was before record "
                + "\(count + 1)"
        case .contradictsCheckpoint(let counted, let source):
            "\(counted == sequence ? "its hash" : "prev") is not the one that \(source) names for "
                + "record \(counted): what is here was rewritten"
        case .truncated(let range, let source):
            AuditFaultKind.records(range)
                + " missing: the log is truncated, \(source) counts \(range.upperBound)"
        case .notComparable:
            "not here, or altered: the given checkpoint cannot be verified"
        case .stranger: "not part of the log: expected records-, 20 digits, and .jsonl"
        case .unreadable(let error): "unreadable: \(error)"
        case .noCheckpoint: "no checkpoint, expected one at least"
        case .notACheckpoint: "not a checkpoint"
        case .wrongMAC(let count):
            "wrong MAC: this checkpoint, which counts \(count), was altered or made with another "
                + "key"
        case .checkpointUnlinked(let count):
            "checkpoints are missing before this one, which counts \(count): its prev is not the "
                + "MAC of the one before"
        case .checkpointOutOfOrder(let count, let after):
            "this checkpoint counts \(count), expected more than the \(after) of one before it"
        }
    }

    private func claim(_ claimed: Int?, _ sequence: Int) -> String {
        guard let claimed, claimed != sequence else { return "" }
        return "; it calls itself record \(claimed)"
    }

    private static func names(_ range: ClosedRange<Int>) -> String {
        range.count == 1
            ? "record \(range.lowerBound)"
            : "records \(range.lowerBound) to \(range.upperBound)"
    }

    fileprivate static func records(_ range: ClosedRange<Int>) -> String {
        names(range) + (range.count == 1 ? " is" : " are")
    }

    private static func missing(
        _ range: ClosedRange<Int>, _ unreadable: Int, _ after: AuditPlace?
    ) -> String {
        var text: String
        if unreadable > 0 {
            text =
                "\(range.count - unreadable) of records \(range.lowerBound) to "
                + "\(range.upperBound) are missing"
        } else {
            text = records(range) + " missing"
        }
        guard let after else { return text + ": nothing is before record \(range.upperBound + 1)" }
        text += ": record \(range.lowerBound - 1) is \(after.file):\(after.line)"
        return text
    }
}

extension AuditFormFault.Part: CustomStringConvertible {
    package var description: String {
        switch self {
        case .start: "{\"sequence\":"
        case .sequence: "a number from 1 in its shortest spelling"
        case .previous: "prev with the digits of a hash"
        case .hash: "hash with the digits of one"
        case .mac: "mac with the digits of one"
        case .end: "the end of a record"
        }
    }
}

extension AuditCheckpointSource: CustomStringConvertible {
    package var description: String {
        switch self {
        case .line(let line): "\(AuditFiles.checkpointsName):\(line)"
        case .kept: "the given checkpoint"
        case .fileName: "the name of a file without records"
        }
    }
}

extension AuditContentFault: CustomStringConvertible {
    /// In the line; 0 where the fault is about all of it or says itself where it is.
    var offset: Int {
        switch self {
        case .notJSON: 0
        case .whiteSpace(let offset), .spelling(let offset), .time(let offset),
            .unknownEvent(let offset), .unexpectedMember(_, let offset), .value(_, let offset):
            offset
        case .missingMember: 0
        }
    }

    package var description: String {
        switch self {
        case .notJSON(let error): "not JSON, \(error)"
        case .whiteSpace: "white space, expected none"
        case .spelling: "a string that is spelled otherwise"
        case .time: "no time, expected 2026-10-01T12:00:00.123Z or the like"
        case .unknownEvent: "an event that this program does not know"
        case .unexpectedMember(let event, _):
            "a member that a record of \(event.rawValue) has not, or not here"
        case .missingMember(let event, let name):
            "\(name) is missing, which every record of \(event.rawValue) has"
        case .value(let name, _): "the value of \(name) has another form"
        }
    }
}

extension AuditRemark: CustomStringConvertible {
    package var description: String {
        switch self {
        case .beingWritten(let place):
            return "\(place.file):\(place.line): byte \(place.byteOffset): this line is being "
                + "written"
        case .repaired(let sequence, let tornBytes, let missing):
            var parts: [String] = []
            if tornBytes > 0 { parts.append("a torn line of \(tornBytes) bytes was cut off") }
            if missing > 0 {
                let records = missing == 1 ? "1 record" : "\(missing) records"
                parts.append("\(records) before it lost, as it says itself")
            }
            return "record \(sequence), a start: " + parts.joined(separator: ", and ")
        case .unprotected(let range):
            return AuditFaultKind.records(range)
                + " after the newest checkpoint: nothing here would show if such were cut off"
        case .archived(let range):
            return "records 1 to \(range.upperBound) were not looked for"
        }
    }
}
