internal import AuditLog
internal import Bytes
internal import POSIX

/// One way through the records of a log.
struct AuditWalk: ~Copyable {
    private let files: AuditFiles
    private let expectations: AuditExpectations
    private let contents = AuditContentReader()
    private var chain: AuditChain
    private var cursor: AuditCheckpointCursor
    private var faults = AuditFaultList()
    private var found = AuditVerification()
    private var hasMetKept = false
    private var proof: AuditProof
    /// Reported unless the first record proves by itself what came before it.
    private var archiveFault: AuditFault?
    /// Where the records end, as far as they were read.
    private var end: (file: String, byteOffset: Int)?
    /// The first record that a file without any is named for.
    private var firstOfEmpty: Int?

    init(
        _ files: AuditFiles, _ checkpoints: borrowing AuditCheckpointSummary,
        _ expectations: AuditExpectations
    ) {
        self.files = files
        self.expectations = expectations
        cursor = AuditCheckpointCursor(
            files, keys: expectations.keys, lineCount: checkpoints.lineCount)
        proof = AuditProof(files, checkpoints, expectations)
        guard let first = expectations.first, first > 1 else {
            chain = AuditChain(first: 1, previous: AuditDigest.none)
            return
        }
        var anchor = checkpoints.anchor
        if let kept = expectations.kept, kept.count == first - 1 {
            hasMetKept = true
            if let anchor, anchor != kept.hash {
                faults.append(
                    AuditFault(
                        .contradictsCheckpoint(of: kept.count, source: .kept),
                        file: AuditFiles.checkpointsName, sequence: kept.count))
            }
            anchor = kept.hash
        }
        chain = AuditChain(first: first, previous: anchor)
        found.add(.archived(1...first - 1))
        if anchor == nil {
            archiveFault = AuditFault(
                .notAnArchiveEnd(count: first - 1), file: AuditFiles.checkpointsName,
                sequence: first)
        }
    }

    mutating func tell(_ fault: AuditFault) { faults.append(fault) }

    /// Follows the chain through a file.
    mutating func read(_ segment: AuditFiles.Segment, isLast: Bool) throws(FileError) {
        var lines = try AuditLines(
            path: files.path(of: segment.name), lineBytesMax: AuditLimits.recordBytesMax)
        found.segmentCount += 1
        end = (segment.name, 0)
        firstOfEmpty = segment.firstSequence
        while var line = try lines.next() {
            if line.ending == .torn, isLast {
                if files.areBeingWritten {
                    found.add(.beingWritten(place(of: line, in: segment)))
                    return
                }
                // The process that wrote it may have ended between the two looks.
                line = try lines.next() ?? line
            }
            firstOfEmpty = nil
            take(line, lines.bytes, of: segment)
            end = (segment.name, line.offset + lines.bytes.count)
        }
    }

    /// What was found, when all files have been read.
    consuming func finish(_ checkpoints: borrowing AuditCheckpointSummary) -> AuditVerification {
        if let archiveFault { faults.append(archiveFault) }
        chain.finish(&faults)
        proof.finish(&faults)
        found.log = proof.log
        found.rightMACCount = proof.rightMACCount
        found.wrongMACCount = proof.wrongMACCount + checkpoints.wrongMACCount
        if expectations.keys != nil { found.rightMACCount += checkpoints.soundCount }
        checkEnd(checkpoints)
        checkKept()
        tellOfCheckpoints(checkpoints)
        found.faults = Array(
            (faults.listed + checkpoints.faults.listed).prefix(AuditFaultList.listedMax))
        found.faultCount = faults.count + checkpoints.faults.count
        found.checkpointCount = checkpoints.soundCount
        return found
    }

    private func place(of line: AuditLine, in segment: AuditFiles.Segment) -> AuditPlace {
        AuditPlace(file: segment.name, line: line.number, byteOffset: line.offset)
    }

    private mutating func take(
        _ line: AuditLine, _ bytes: Span<UInt8>, of segment: AuditFiles.Segment
    ) {
        let place = place(of: line, in: segment)
        switch line.ending {
        case .tooLong:
            pass(.tooLong, at: place)
        case .torn:
            let kind = AuditFaultKind.torn(bytes: bytes.count)
            guard let record = try? AuditRecordLine(bytes), record.isUnaltered else {
                pass(kind, at: place)
                return
            }
            faults.append(AuditFault(kind, at: place, sequence: record.sequence))
            take(record, bytes, at: place, of: segment)
        case .lineFeed:
            takeWhole(bytes, at: place, of: segment)
        }
    }

    private mutating func takeWhole(
        _ bytes: Span<UInt8>, at place: AuditPlace, of segment: AuditFiles.Segment
    ) {
        do throws(AuditFormFault) {
            let record = try AuditRecordLine(bytes)
            if record.isUnaltered {
                take(record, bytes, at: place, of: segment)
                return
            }
            if takeParts(bytes, at: place, of: segment) { return }
            pass(
                .altered(
                    hash: record.hash, stated: record.statedHash, claimed: record.sequence),
                at: place)
        } catch {
            if takeParts(bytes, at: place, of: segment) { return }
            pass(
                .notARecord(error, claimed: AuditRecordLine.claimedSequence(bytes)), at: place,
                offset: error.offset)
        }
    }

    /// Takes a line apart in which another record begins; whether there is one.
    private mutating func takeParts(
        _ bytes: Span<UInt8>, at place: AuditPlace, of segment: AuditFiles.Segment
    ) -> Bool {
        guard let start = AuditRecordLine.beginningOfWholeRecord(in: bytes) else { return false }
        var isFirstWhole = false
        // In place of the line feed may be another byte.
        for end in [start - 1, start] where !isFirstWhole {
            let first = bytes.extracting(..<end)
            guard let record = try? AuditRecordLine(first), record.isUnaltered else { continue }
            isFirstWhole = true
            faults.append(
                AuditFault(.noLineFeed, at: place, offset: end, sequence: record.sequence))
            take(record, first, at: place, of: segment)
        }
        if !isFirstWhole { takeWhole(bytes.extracting(..<start), at: place, of: segment) }
        let rest = AuditPlace(
            file: place.file, line: place.line, byteOffset: place.byteOffset + start)
        takeWhole(bytes.extracting(start...), at: rest, of: segment)
        return true
    }

    private mutating func pass(_ kind: AuditFaultKind, at place: AuditPlace, offset: Int = 0) {
        faults.append(AuditFault(kind, at: place, offset: offset, sequence: chain.expected))
        chain.pass(&faults)
    }

    /// Continues with a record that is not altered.
    private mutating func take(
        _ record: AuditRecordLine, _ bytes: Span<UInt8>, at place: AuditPlace,
        of segment: AuditFiles.Segment
    ) {
        let sequence = record.sequence
        found.recordCount += 1
        let content = content(of: record, bytes, at: place)
        let isProven = proof.take(record, bytes, at: place, &faults)
        if !chain.hasBegun, let archiveFault {
            if !isProven { faults.append(archiveFault) }
            self.archiveFault = nil
        }
        if !chain.hasBegun, let first = expectations.first, sequence < first {
            faults.append(
                AuditFault(.beginsBefore(wanted: first), at: place, sequence: sequence))
            chain.begin(with: sequence)
        }
        let isAhead = sequence > chain.last
        let anchor = isAhead ? cursor.hash(of: sequence - 1) : nil
        let missing = sequence - chain.expected
        let isNext = chain.take(record, at: place, &faults)
        if place.line == 1, place.byteOffset == 0, sequence != segment.firstSequence, missing == 0 {
            faults.append(
                AuditFault(.misnamed(firstSequence: sequence), at: place, sequence: sequence))
        }
        guard isNext else { return }
        if missing > 0, let anchor, anchor.hash != record.previous {
            contradiction(of: sequence - 1, .line(anchor.line), at: place, sequence)
        }
        compare(record, at: place)
        let time = content.map { bytes.extracting($0.time).text } ?? ""
        let told = AuditVerification.RecordMention(sequence: sequence, time: time)
        found.first = found.first ?? told
        found.last = told
        found.lastHash = record.hash
    }

    /// Nil where the record holds something else than churnd writes.
    private mutating func content(
        of record: AuditRecordLine, _ bytes: Span<UInt8>, at place: AuditPlace
    ) -> AuditContent? {
        do throws(AuditContentFault) {
            let content = try contents.read(bytes)
            if content.tornBytes > 0 || content.missing > 0 {
                found.add(
                    .repaired(
                        sequence: record.sequence, tornBytes: content.tornBytes,
                        missing: content.missing))
            }
            tellOfStart(content, record, at: place)
            return content
        } catch {
            faults.append(
                AuditFault(
                    .content(error), at: place, offset: error.offset, sequence: record.sequence))
            return nil
        }
    }

    /// Reports what a start found missing, unless the log was declared to begin with it.
    private mutating func tellOfStart(
        _ content: AuditContent, _ record: AuditRecordLine, at place: AuditPlace
    ) {
        let sequence = record.sequence
        guard sequence > expectations.first ?? 1 else { return }
        if content.missingCheckpoints > 0 {
            faults.append(
                AuditFault(
                    .checkpointsMissing(count: content.missingCheckpoints), at: place,
                    sequence: sequence))
        }
        if content.unproven > 0 {
            let first = max(1, sequence - content.unproven)
            faults.append(
                AuditFault(.unproven(first...sequence - 1), at: place, sequence: sequence))
        }
    }

    /// Holds a record against the checkpoints that count it last.
    private mutating func compare(_ record: AuditRecordLine, at place: AuditPlace) {
        let sequence = record.sequence
        if let checkpoint = cursor.hash(of: sequence), checkpoint.hash != record.hash {
            contradiction(of: sequence, .line(checkpoint.line), at: place, sequence)
        }
        if let kept = expectations.kept, kept.count == sequence {
            hasMetKept = true
            if kept.hash != record.hash { contradiction(of: sequence, .kept, at: place, sequence) }
        }
    }

    private mutating func contradiction(
        of counted: Int, _ source: AuditCheckpointSource, at place: AuditPlace, _ sequence: Int
    ) {
        faults.append(
            AuditFault(
                .contradictsCheckpoint(of: counted, source: source), at: place, sequence: sequence))
    }

    /// Whether records are missing at the end.
    private mutating func checkEnd(_ checkpoints: borrowing AuditCheckpointSummary) {
        var known: (count: Int, source: AuditCheckpointSource)?
        if let newest = checkpoints.newest {
            known = (newest.checkpoint.count, .line(newest.line))
        }
        if let kept = expectations.kept, kept.count > known?.count ?? 0 {
            known = (kept.count, .kept)
        }
        if let firstOfEmpty, firstOfEmpty - 1 > known?.count ?? 0 {
            known = (firstOfEmpty - 1, .fileName)
        }
        if let known, known.count >= chain.expected {
            faults.append(
                AuditFault(
                    .truncated(chain.expected...known.count, source: known.source),
                    file: end?.file ?? AuditFiles.checkpointsName, byteOffset: end?.byteOffset,
                    sequence: chain.expected))
            if let kept = expectations.kept, kept.count >= chain.expected { hasMetKept = true }
        }
    }

    private mutating func checkKept() {
        guard let kept = expectations.kept, !hasMetKept else { return }
        faults.append(
            AuditFault(
                .notComparable, file: end?.file ?? AuditFiles.checkpointsName,
                sequence: kept.count))
    }

    private mutating func tellOfCheckpoints(_ checkpoints: borrowing AuditCheckpointSummary) {
        let file = AuditFiles.checkpointsName
        if let torn = checkpoints.torn {
            if files.areBeingWritten {
                found.add(.beingWritten(torn.place))
            } else {
                faults.append(AuditFault(.torn(bytes: torn.bytes), at: torn.place, sequence: nil))
            }
        }
        // The first start writes its record, and then the first checkpoint.
        if checkpoints.soundCount == 0, chain.expected > 2, checkpoints.faults.count == 0,
            checkpoints.torn == nil
        {
            faults.append(AuditFault(.noCheckpoint, file: file))
        }
        let newest = checkpoints.newest?.checkpoint.count ?? 0
        if chain.hasBegun, chain.last > newest {
            let first = max(newest + 1, expectations.first ?? 1)
            if first <= chain.last { found.add(.unprotected(first...chain.last)) }
        }
    }
}
