import Bundle
import Deployment
import Glibc
import ModelRegistry
import Models
import POSIX
import TestSupport
import Testing

/// A version that is active as one bundle and no other, and what else shows a changed manifest.
@Suite struct ModelPinTests {
    private func changeThreshold(_ versions: ModelVersions, _ version: String) throws {
        try versions.edit(version, .manifest, "\"decision\": 0.5", "\"decision\": 0.3")
    }

    private func sha256(_ versions: ModelVersions, _ version: String) throws -> String {
        try versions.sha256(version)
    }

    @Test func `a pinned version with another threshold is refused at each load`() throws {
        let versions = try ModelVersions(["1", "2"], from: .logistic)
        let subject = try RegistryUnderTest(versions)
        let pin = try sha256(versions, "2")
        _ = try subject.activate("2", sha256: pin).get()
        #expect(try versions.active() == "2 sha256:\(pin)\n1\n")

        try changeThreshold(versions, "2")
        let error = RegistryError.digest(
            version: "2", found: try sha256(versions, "2"), wanted: pin)
        #expect(try subject.reload() == .failure(error))
        #expect(subject.serving == "2" && subject.installs == ["2"])
        #expect(throws: error) { try RegistryUnderTest(versions) }
        #expect(
            error.description
                == "version 2: manifest.json: SHA-256 \(try sha256(versions, "2")), expected "
                + "\(pin)")

        // A request without a digest takes what is there.
        #expect(try subject.activate("2").get().isChanged)
        #expect(try versions.active() == "2\n1\n")
    }

    @Test func `a bundle with another digest than the one asked for is refused`() throws {
        let versions = try ModelVersions(["1", "2"], from: .logistic)
        let subject = try RegistryUnderTest(versions)
        let wanted = String(repeating: "0", count: 64)
        #expect(
            try subject.activate("2", sha256: wanted)
                == .failure(
                    .digest(version: "2", found: sha256(versions, "2"), wanted: wanted)))
        #expect(try versions.active() == "1\n")
        #expect(subject.installs.isEmpty)
    }

    @Test func `a rollback leads to the pinned bundle and back`() throws {
        let versions = try ModelVersions(["1", "2"], from: .logistic)
        let (first, second) = (try sha256(versions, "1"), try sha256(versions, "2"))
        try versions.setActive("1 sha256:\(first)\n")
        let subject = try RegistryUnderTest(versions)
        _ = try subject.activate("2", sha256: second).get()
        #expect(try versions.active() == "2 sha256:\(second)\n1 sha256:\(first)\n")
        _ = try subject.rollback().get()
        #expect(try versions.active() == "1 sha256:\(first)\n2 sha256:\(second)\n")
        try changeThreshold(versions, "2")
        guard case .failure(.digest(version: "2", _, _)) = try subject.rollback() else {
            Issue.record("a rollback to a bundle that was changed")
            return
        }
        #expect(subject.serving == "1")
    }

    @Test func `a version that is active already gets its pin, and keeps it`() throws {
        let versions = try ModelVersions(["1"], from: .logistic)
        let subject = try RegistryUnderTest(versions)
        let pin = try sha256(versions, "1")
        #expect(try !subject.activate("1", sha256: pin).get().isChanged)
        #expect(try versions.active() == "1 sha256:\(pin)\n")
        #expect(try !subject.activate("1").get().isChanged)
        #expect(try versions.active() == "1 sha256:\(pin)\n")
    }

    @Test(arguments: [
        ("1 sha256:", ActiveFault.pin(line: 1)), ("1 sha256:ab", .pin(line: 1)),
        ("1 sha256:\(String(repeating: "A", count: 64))", .pin(line: 1)),
        ("1 sha256:\(String(repeating: "a", count: 65))", .pin(line: 1)),
        ("1 sha256:\(String(repeating: "a", count: 64)) x", .pin(line: 1)),
        ("1\n2 sha256:g\n", .pin(line: 2)), ("1 md5:ab\n", .name(line: 1, found: "'1 md5:ab'")),
    ])
    func `what stands after a version is a digest`(text: String, fault: ActiveFault) throws {
        let versions = try ModelVersions([], active: text)
        #expect(throws: RegistryError.active(path: versions.activePath, fault)) {
            try ModelDirectory(path: versions.path).activeVersion()
        }
    }

    @Test(arguments: [" ", "\t", "  \t ", " \r"])
    func `white space around a digest is none of it`(space: String) throws {
        let versions = try ModelVersions(["1"], from: .logistic)
        let pin = try sha256(versions, "1")
        try versions.setActive("1 \(space == " \r" ? "" : space)sha256:\(pin)\(space)\n")
        #expect(try ModelDirectory(path: versions.path).loadActive().sha256 == pin)
    }

    @Test func `a threshold that the figures are not of is remarked on`() throws {
        let versions = try ModelVersions(["1"], from: .logistic)
        let directory = ModelDirectory(path: versions.path)
        #expect(try directory.load("1").manifest.remark == nil)
        try changeThreshold(versions, "1")
        #expect(
            try directory.load("1").manifest.remark
                == "manifest.json: thresholds.decision is 0.3, but the figures in "
                + "metrics.hold_out are those of 0.5")
    }

    @Test(arguments: [999, 1000, 1001])
    func `a listing says how many versions there are, also those it leaves out`(count: Int) throws {
        let versions = try ModelVersions(["1"], from: .logistic)
        for number in 2...count {
            try Directories.create("\(versions.path)/\(number)")
            // A version has a manifest, whatever that holds.
            try #require(
                symlink("nowhere", "\(versions.path)/\(number)/manifest.json") == 0)
        }
        let listing = try RegistryUnderTest(versions).listing()
        #expect(listing.total == count)
        #expect(listing.versions.count == min(count, ModelRegistry.listedVersionsMax))
        #expect(listing.versions.last == "\(count)")
    }

    @Test func `a listing of a folder that is away names what is still active`() throws {
        let versions = try ModelVersions(["1"], from: .logistic)
        let subject = try RegistryUnderTest(versions)
        try #require(rename(versions.path, versions.path + ".away") == 0)
        defer { _ = rename(versions.path + ".away", versions.path) }
        let error = #expect(throws: RegistryError.self) { try subject.listing() }
        #expect(
            error?.description
                == "\(versions.path): opendir: No such file or directory; "
                + "telco-logistic/1 is still active")
    }

    @Test func `a pipe with the name of a temporary file does not hold up an activation`() throws {
        let versions = try ModelVersions(["1", "2"], from: .logistic)
        let subject = try RegistryUnderTest(versions)
        try #require(mkfifo("\(versions.activePath).\(getpid()).new", 0o600) == 0)
        #expect(try subject.activate("2").get().active.version == "2")
        #expect(try versions.active() == "2\n1\n")
    }
}
