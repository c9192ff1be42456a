import AuditLog
import AuditReading
import Glibc
import OpenSSL
import POSIX
import TestSupport
import Testing

/// The table of Docs/operating/audit-log.md, "Verifying": what an attacker without the key may do
/// to a log, row by row, and what reveals it. Starting churnd on such a log never makes it verify.
@Suite struct AttackTests {
    /// What a start does.
    enum Start: Equatable {
        case refused
        /// Continues, and states in its record what it found.
        case noted
        /// Notices nothing; verification does.
        case unaware
    }

    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let start: Start
        /// Kinds of faults among those that verification finds.
        let told: Set<String>
        /// The same after a start that continued.
        var toldAfter: Set<String>?
        let change: @Sendable (Victim) throws -> Void

        var testDescription: String { name }
    }

    private static let damage = [
        Attack(name: "a byte changed", start: .refused, told: ["altered"]) { victim in
            try victim.editLast { $0[$0.count - 200] ^= 1 }
        },
        Attack(name: "a byte of an old record changed", start: .unaware, told: ["altered"]) {
            try $0.edit(0) { $0[150] ^= 1 }
        },
        Attack(name: "a record removed", start: .unaware, told: ["missing"]) { victim in
            try victim.editLines { $0.remove(at: 3) }
        },
        Attack(name: "two records swapped", start: .unaware, told: ["swapped"]) { victim in
            try victim.editLines { $0.swapAt(2, 3) }
        },
        Attack(
            name: "a record inserted, with a hash of its own", start: .unaware,
            told: ["second", "noRecordMAC"]
        ) { victim in
            try victim.editLines { lines in
                let forged = Victim.forge(
                    lines[3], previous: Victim.value("prev", lines[3]), hasMAC: false)
                lines.insert(forged, at: 3)
            }
        },
        Attack(
            name: "a record at the end, with a hash of its own", start: .refused,
            told: ["noRecordMAC"]
        ) { victim in
            try victim.editLast { bytes in
                let lines = bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
                let forged = Victim.forge(
                    lines[lines.count - 1], previous: Victim.value("hash", lines[lines.count - 1]),
                    hasMAC: false, sequence: victim.count + 1)
                bytes += forged + [UInt8(ascii: "\n")]
            }
        },
        Attack(
            name: "a copy of an old record at the end", start: .refused, told: ["outOfOrder"]
        ) { victim in
            // Of the same file, whose name would reveal another one's.
            try victim.editLast { $0 += Array($0.prefix { $0 != 0x0A }) + [0x0A] }
        },
        Attack(
            name: "records cut off at the end", start: .noted, told: ["truncated"],
            toldAfter: ["missing"]
        ) { victim in
            try victim.editLast { bytes in
                let lines = bytes.split(separator: UInt8(ascii: "\n"))
                bytes = Array(lines.dropLast(2).joined(separator: [0x0A])) + [0x0A]
            }
        },
    ]

    private static let forgeries = [
        Attack(
            name: "written again without the key, as format 1", start: .refused,
            told: ["contradictsCheckpoint", "noRecordMAC"]
        ) { try $0.rewrite(from: 1, hasMAC: false) },
        Attack(
            name: "written again without the key, as format 2", start: .refused,
            told: ["contradictsCheckpoint", "wrongRecordMAC"]
        ) { try $0.rewrite(from: 1, hasMAC: true) },
        Attack(
            name: "written again, checkpoints removed", start: .noted, told: ["unreadable"],
            toldAfter: ["unproven", "checkpointsMissing"]
        ) { victim in
            try victim.rewrite(from: 1, hasMAC: false)
            try victim.removeCheckpoints()
        },
        Attack(
            name: "written again with MACs of one's own, checkpoints removed", start: .refused,
            told: ["unreadable", "wrongRecordMAC"]
        ) { victim in
            try victim.rewrite(from: 1, hasMAC: true)
            try victim.removeCheckpoints()
        },
        Attack(
            name: "written again after the first checkpoint, the others removed",
            start: .refused, told: ["noRecordMAC"]
        ) { victim in
            try victim.rewrite(from: 2, hasMAC: false)
            try victim.editCheckpoints { $0 = Array($0.prefix(1)) }
        },
        Attack(
            name: "written again after the first checkpoint with MACs of one's own",
            start: .refused, told: ["wrongRecordMAC"]
        ) { victim in
            try victim.rewrite(from: 2, hasMAC: true)
            try victim.editCheckpoints { $0 = Array($0.prefix(1)) }
        },
    ]

    private static let missingCheckpoints = [
        Attack(
            name: "the checkpoints removed", start: .noted, told: ["unreadable", "checkpointGone"],
            toldAfter: ["checkpointsMissing", "checkpointGone", "checkpointUnlinked"]
        ) { try $0.removeCheckpoints() },
        Attack(
            name: "the checkpoints emptied", start: .noted, told: ["checkpointGone"],
            toldAfter: ["checkpointsMissing", "checkpointGone", "checkpointUnlinked"]
        ) { try $0.editCheckpoints { $0 = [] } },
        Attack(
            name: "the checkpoints cut to the first line", start: .noted,
            told: ["checkpointGone"],
            toldAfter: ["checkpointsMissing", "checkpointGone", "checkpointUnlinked"]
        ) { try $0.editCheckpoints { $0 = Array($0.prefix(1)) } },
        Attack(
            name: "one checkpoint dropped from the middle", start: .unaware,
            told: ["checkpointGone", "checkpointUnlinked"]
        ) { try $0.editCheckpoints { $0.remove(at: 2) } },
        Attack(
            name: "the first checkpoint dropped", start: .unaware,
            told: ["checkpointGone", "checkpointUnlinked"]
        ) { try $0.editCheckpoints { $0.removeFirst() } },
    ]

    private static let replicas = [
        Attack(name: "another replica's checkpoints", start: .refused, told: ["otherLog"]) {
            try $0.takeFromTwin(AuditFiles.checkpointsName)
        },
        Attack(name: "another replica's newest file", start: .refused, told: ["otherLog"]) {
            try $0.takeFromTwin(try #require($0.fixture.segments().last))
        },
        Attack(name: "another replica's first file", start: .unaware, told: ["otherLog"]) {
            try $0.takeFromTwin(try #require($0.fixture.segments().first))
        },
    ]

    @Test(arguments: damage + forgeries + missingCheckpoints + replicas)
    func `what was done to a log is found, also after a start`(attack: Attack) throws {
        let victim = try Victim()
        #expect(try victim.kinds() == [])
        try attack.change(victim)
        let found = try victim.kinds()
        #expect(attack.told.isSubset(of: found), "\(found)")

        let refusal = victim.fixture.refusal()
        #expect((refusal != nil) == (attack.start == .refused), "\(String(describing: refusal))")
        let after = try victim.kinds()
        #expect((attack.toldAfter ?? attack.told).isSubset(of: after), "\(after)")
        // And permanently.
        if refusal == nil {
            for _ in 1...2 { #expect(victim.fixture.refusal() == nil) }
            #expect(try victim.kinds() == after)
        }
        let starts = try victim.fixture.segments().flatMap { try victim.fixture.lines($0) }
            .filter { field("event", in: $0) == "start" }
        let notes = starts.filter {
            $0.contains("\"unproven\"") || $0.contains("\"checkpoints_missing\"")
                || field("missing", in: $0) != "0"
        }
        #expect(notes.isEmpty == (attack.start != .noted), "\(notes)")
    }

    @Test func `a log that was replaced by a replica's is found by its identity`() throws {
        let victim = try Victim()
        let identity = try victim.identity()
        let kept = try victim.kept()
        for name in try victim.fixture.names() { try victim.fixture.remove(name) }
        for name in try victim.twin.names() { try victim.takeFromTwin(name) }
        #expect(try victim.kinds() == [])
        #expect(try victim.kinds { $0.log = identity } == ["otherLog", "notThisLog"])
        #expect(try victim.kinds { $0.kept = kept } != [])
    }

    @Test func `records and checkpoints cut together are told by a kept checkpoint alone`() throws {
        let victim = try Victim()
        let kept = try victim.kept()
        let lines = try victim.fixture.lines(AuditFiles.checkpointsName)
        let left = try #require(lines.dropLast(2).last.flatMap { field("count", in: $0) })
        try victim.editCheckpoints { $0.removeLast(2) }
        try victim.cutRecords(behind: try #require(Int(left)))
        #expect(try victim.kinds() == [])
        #expect(try victim.kinds { $0.kept = kept } == ["truncated"])
        #expect(victim.fixture.refusal() == nil)
        #expect(try victim.kinds() == [])
        #expect(try victim.kinds { $0.kept = kept } != [])
    }

    @Test(arguments: ["removed", "cut to the first line"])
    func `what a start had to go on without is accepted with the record to begin with`(
        what: String
    ) throws {
        let victim = try Victim()
        let before = try victim.fixture.segments()
        try victim.editCheckpoints { $0 = what == "removed" ? [] : Array($0.prefix(1)) }
        if what == "removed" { try victim.removeCheckpoints() }
        #expect(victim.fixture.refusal() == nil)
        let first = victim.count + 1
        #expect(
            try victim.fixture.segments() == before + [AuditFiles.segmentName(firstSequence: first)]
        )
        for name in before { try victim.fixture.remove(name) }
        #expect(try victim.kinds() != [])
        #expect(try victim.kinds { $0.first = first } == [])
        #expect(victim.fixture.refusal() == nil)
        #expect(try victim.kinds { $0.first = first } == [])
    }
}

/// A log of several files and checkpoints, and another one of the same key.
final class Victim: Sendable {
    let fixture: LogFixture
    let twin: LogFixture
    /// How many records it has.
    let count: Int

    init() throws {
        fixture = try Victim.make()
        twin = try Victim.make()
        count = try fixture.records().count
    }

    private static func make() throws -> LogFixture {
        let fixture = try LogFixture()
        var settings = fixture.settings(segmentBytesMax: 6_000)
        settings.checkpointRecordsMax = 4
        for round in 0..<2 {
            let log = try fixture.open(settings)
            let writer = Writer()
            for index in 0..<8 {
                writer.predict("r\(round)-\(index)", traceID: LogFixture.traceID)
                #expect(try writer.write(to: log))
            }
            log.close()
        }
        try #require(fixture.segments().count == 2)
        try #require(fixture.told == [])
        return fixture
    }

    func kinds(
        _ change: (inout AuditExpectations) -> Void = { _ in }
    ) throws -> Set<String> {
        var expectations = AuditExpectations(keys: AuditKeys(secret: LogFixture.key))
        change(&expectations)
        let found = try AuditVerifier.verify(fixture.directory, against: expectations)
        return Set(found.faults.map { String("\($0.kind)".prefix { $0 != "(" }) })
    }

    func identity() throws -> LogIdentity? {
        field("log", in: try fixture.records()[0]).flatMap { LogIdentity($0) }
    }

    func kept() throws -> AuditKeptCheckpoint? {
        let line = try #require(try fixture.lines(AuditFiles.checkpointsName).last)
        return AuditKeptCheckpoint(
            "\(try #require(field("count", in: line))):\(try #require(field("hash", in: line)))")
    }

    func edit(_ index: Int, _ change: (inout [UInt8]) -> Void) throws {
        let name = try fixture.segments()[index]
        var bytes = try fixture.bytes(name)
        change(&bytes)
        try fixture.write(bytes, name)
    }

    func editLast(_ change: (inout [UInt8]) -> Void) throws {
        try edit(try fixture.segments().count - 1, change)
    }

    /// Changes the lines of the first file.
    func editLines(_ change: (inout [[UInt8]]) -> Void) throws {
        try edit(0) { Victim.change(&$0, change) }
    }

    func editCheckpoints(_ change: (inout [[UInt8]]) -> Void) throws {
        var bytes = try fixture.bytes(AuditFiles.checkpointsName)
        Victim.change(&bytes, change)
        try fixture.write(bytes, AuditFiles.checkpointsName)
    }

    func removeCheckpoints() throws { try fixture.remove(AuditFiles.checkpointsName) }

    func takeFromTwin(_ name: String) throws { try fixture.write(try twin.bytes(name), name) }

    func cutRecords(behind count: Int) throws {
        for name in try fixture.segments() {
            let first = try #require(AuditFiles.firstSequence(ofSegment: name))
            var bytes = try fixture.bytes(name)
            Victim.change(&bytes) { $0 = Array($0.prefix(max(0, count - first + 1))) }
            if bytes.isEmpty { try fixture.remove(name) } else { try fixture.write(bytes, name) }
        }
    }

    /// Writes records from `first` on again, with another probability and hashes that are right.
    func rewrite(from first: Int, hasMAC: Bool) throws {
        var previous = String(repeating: "0", count: 64)
        var sequence = 0
        for name in try fixture.segments() {
            var bytes = try fixture.bytes(name)
            Victim.change(&bytes) { lines in
                for index in lines.indices {
                    sequence += 1
                    if sequence >= first {
                        lines[index] = Victim.forge(
                            lines[index], previous: previous, hasMAC: hasMAC)
                    }
                    previous = Victim.value("hash", lines[index])
                }
            }
            try fixture.write(bytes, name)
        }
    }

    private static func change(_ bytes: inout [UInt8], _ change: (inout [[UInt8]]) -> Void) {
        var lines = bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
        change(&lines)
        bytes = lines.flatMap { $0 + [UInt8(ascii: "\n")] }
    }

    static func value(_ name: String, _ line: [UInt8]) -> String {
        field(name, in: String(decoding: line, as: UTF8.self)) ?? ""
    }

    /// The record with another probability, or version of churnd, and a hash made for it.
    static func forge(
        _ line: [UInt8], previous: String, hasMAC: Bool, sequence: Int? = nil
    ) -> [UInt8] {
        let text = String(decoding: line, as: UTF8.self)
        var body = text[..<(text.firstRange(of: ",\"prev\":\"")?.lowerBound ?? text.endIndex)]
            .replacing("0.73", with: "0.13").replacing("1.2.3", with: "1.2.4")
        if let sequence, let comma = body.firstIndex(of: ",") {
            body = "{\"sequence\":\(sequence)" + body[comma...]
        }
        // Format 1 had none of it.
        if !hasMAC {
            body = body.replacing(#/,"format":2/#, with: "").replacing(#/,"log":"\w*"/#, with: "")
                .replacing(#/,"checkpoint":"\w*"/#, with: "")
        }
        let hashed = Array("\(body),\"prev\":\"\(previous)\"".utf8)
        let hash = SHA256.hexDigest(hashed.span)
        let mac = hasMAC ? "\",\"mac\":\"" + String(repeating: "5a", count: 16) : ""
        return hashed + Array(",\"hash\":\"\(hash)\(mac)\"}".utf8)
    }
}

extension LogFixture {
    static let traceID = String(repeating: "ab", count: 16)

    func remove(_ name: String) throws {
        guard unlink(path(name)) == 0 else { throw SampleFailure(path: name) }
    }
}
