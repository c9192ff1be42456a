import Bundle
import Glibc
import ModelRegistry
import Models
import POSIX
import TestSupport
import Testing

struct ModelDirectoryTests {
    private func outcome(ofActive bytes: [UInt8]) throws -> Result<String, RegistryError> {
        let versions = try ModelVersions([], active: nil)
        try versions.setActive(bytes)
        let directory = ModelDirectory(path: versions.path)
        return Result { () throws(RegistryError) in try directory.activeVersion() }
    }

    @Test(arguments: [
        "3", "3\n", "3\r\n", "3  \t\r\n\r\n\n", "3\n2", "3\n2\n", "3\r\n2\r\n", "3 \n2\t\n \n",
        "3\n3\n",
    ])
    func `active names its version, white space after it passed over`(text: String) throws {
        #expect(try outcome(ofActive: Array(text.utf8)) == .success("3"))
    }

    @Test(arguments: [
        ("", ActiveFault.empty), ("\n", .empty), (" \r\n\t\n", .empty),
        ("3\n2\n1\n", .lines(found: 3)), ("\n3\n", .name(line: 1, found: "nothing")),
        ("3\n\n2\n", .lines(found: 3)), (" 3\n", .name(line: 1, found: "' 3'")),
        ("../x\n", .name(line: 1, found: "'../x'")), ("..", .name(line: 1, found: "'..'")),
        ("3\n../2\n", .name(line: 2, found: "'../2'")), ("3 2\n", .name(line: 1, found: "'3 2'")),
        ("/etc/passwd", .name(line: 1, found: "'/etc/passwd'")),
        ("3\r2\r", .name(line: 1, found: "'3?2'")), ("3\0", .name(line: 1, found: "'3?'")),
        ("\u{FEFF}3\n", .name(line: 1, found: "'???3'")), ("é", .name(line: 1, found: "'??'")),
        (
            String(repeating: "v", count: 65),
            .name(line: 1, found: "'\(String(repeating: "v", count: 64))...'")
        ),
    ])
    func `an active that names no version says what it has`(text: String, fault: ActiveFault) throws
    {
        let outcome = try outcome(ofActive: Array(text.utf8))
        guard case .failure(.active(let path, let found)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(path.hasSuffix("/active"))
        #expect(found == fault)
    }

    @Test func `an active that is not UTF-8 is refused in visible characters`() throws {
        let outcome = try outcome(ofActive: [0xFF, 0x00, 0x33, 0x80])
        guard case .failure(.active(_, let fault)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(fault == .name(line: 1, found: "'??3?'"))
    }

    @Test(arguments: [1023, 1024, 1025, 10 << 20])
    func `an active has at most a kibibyte`(count: Int) throws {
        let versions = try ModelVersions([], active: nil)
        try versions.setActive(Array("3".utf8) + [UInt8](repeating: 0x20, count: count - 1))
        let directory = ModelDirectory(path: versions.path)
        if count <= 1024 {
            #expect(try directory.activeVersion() == "3")
        } else {
            let path = versions.activePath
            #expect(
                throws: RegistryError.activeUnreadable(.tooLarge(path: path, bytesMax: 1024))
            ) { try directory.activeVersion() }
        }
    }

    @Test func `an active that is not there, or no file, is an error`() throws {
        let versions = try ModelVersions([], active: nil)
        let directory = ModelDirectory(path: versions.path)
        let path = versions.activePath
        let missing = RegistryError.activeUnreadable(
            .system(path: path, SystemError(call: "open", code: ENOENT)))
        #expect(throws: missing) { try directory.activeVersion() }
        #expect(
            missing.description
                == "\(path): open: No such file or directory, expected a file of at most 1024 "
                + "bytes "
                + "that names the active version")
        try Directories.create(path)
        #expect(throws: RegistryError.activeUnreadable(.notARegularFile(path: path))) {
            try directory.activeVersion()
        }
        try #require(rmdir(path) == 0 && mkfifo(path, 0o600) == 0)
        #expect(throws: RegistryError.activeUnreadable(.notARegularFile(path: path))) {
            try directory.activeVersion()
        }
    }

    @Test func `an active that is written says both versions, and leaves nothing beside it`() throws
    {
        let versions = try ModelVersions([], active: nil)
        let directory = ModelDirectory(path: versions.path)
        for (version, previous, text) in [
            ("3", "2", "3\n2\n"), ("3", nil, "3\n"), ("3", "3", "3\n"),
        ] as [(String, String?, String)] {
            try directory.setActive(version, previous: previous)
            #expect(try versions.active() == text)
            #expect(try directory.activeVersion() == version)
            #expect(try Files.names(in: versions.path) == ["active"])
        }
        for (version, previous) in [("../x", nil), ("3", "a b"), ("", nil)] as [(String, String?)] {
            #expect(throws: RegistryError.self) {
                try directory.setActive(version, previous: previous)
            }
        }
        #expect(try versions.active() == "3\n")
    }

    @Test func `an active that cannot be written is an error and stays`() throws {
        let versions = try ModelVersions([], active: nil)
        try Directories.create(versions.activePath)
        let directory = ModelDirectory(path: versions.path)
        #expect(
            throws: RegistryError.activeNotWritten(
                .system(path: versions.activePath, SystemError(call: "rename", code: EISDIR)))
        ) { try directory.setActive("3", previous: nil) }
        #expect(try Files.names(in: versions.path) == ["active"])
    }

    @Test func `versions come in the order of their numbers`() throws {
        let ordered = [
            "-1", "0", "00", "01", "1", "1-rc", "1.2", "1.9", "1.10", "2", "2a", "3", "10",
            "18446744073709551616", "18446744073709551617", "a", "a-b", "a2", "a10", "ab", "b",
        ]
        let versions = try ModelVersions([], active: "1")
        for version in ordered.shuffled() {
            try versions.write("{}", version, .manifest)
        }
        // None of these is a version.
        try Directories.create("\(versions.path)/empty")
        try versions.write("{}", ".hidden", .manifest)
        try versions.write("{}", "not a name", .manifest)
        try versions.write("{}", "model-only", .model)
        try Files.writeAtomically(Array("Telco".utf8).span, to: "\(versions.path)/readme")
        #expect(try ModelDirectory(path: versions.path).versions() == ordered)
    }

    @Test func `a bundle is loaded by its directory's name`() throws {
        let versions = try ModelVersions(["1", "2", "10"])
        let directory = ModelDirectory(path: versions.path)
        for version in ["1", "2", "10"] {
            let bundle = try directory.load(version, ofModel: "telco-churn")
            #expect(bundle.fullName == "telco-churn/\(version)")
        }
        for name in ["../1", "", ".", "1/../2", "a\n"] {
            #expect(throws: RegistryError.self) { try directory.load(name) }
        }
    }

    @Test func `a bundle that says it is another version or model is refused`() throws {
        let versions = try ModelVersions()
        try versions.add("3", stating: "2")
        try versions.add("4", from: .logistic)
        let directory = ModelDirectory(path: versions.path)
        #expect(throws: RegistryError.version(directory: "3", found: "2")) {
            try directory.load("3")
        }
        let error = RegistryError.name(version: "4", found: "telco-logistic", wanted: "telco-churn")
        #expect(throws: error) { try directory.load("4", ofModel: "telco-churn") }
        #expect(
            error.description
                == "version 4: manifest.json: name telco-logistic, expected telco-churn, the "
                + "active model's"
        )
        #expect(try directory.load("4").name == "telco-logistic")
    }

    @Test func `a directory that is a bundle is pinned, and has no versions`() throws {
        let versions = try ModelVersions()
        let directory = ModelDirectory(path: "\(versions.path)/2")
        #expect(directory.isPinned)
        #expect(!ModelDirectory(path: versions.path).isPinned)
        #expect(throws: RegistryError.pinned) { try directory.activeVersion() }
        #expect(throws: RegistryError.pinned) { try directory.versions() }
        #expect(throws: RegistryError.pinned) { try directory.load("2") }
        #expect(throws: RegistryError.pinned) { try directory.setActive("2", previous: nil) }
        #expect(try Files.names(in: "\(versions.path)/2").count == 3)
    }

    @Test func `a version without a manifest is not there, one without another file is bad`()
        throws
    {
        let versions = try ModelVersions([])
        let directory = ModelDirectory(path: versions.path)
        func expectFailure(_ version: String, _ wanted: RegistryError) {
            #expect(throws: wanted) { try directory.load(version) }
        }
        func missing(
            _ version: String, _ file: ModelVersions.File, _ code: CInt = ENOENT
        ) -> FileError {
            .system(
                path: versions.path(version, file), SystemError(call: "open", code: code))
        }
        let absent = RegistryError.absent(version: "9", missing("9", .manifest))
        expectFailure("9", absent)
        #expect(
            absent.description
                == "version 9: \(versions.path("9", .manifest)): open: No such file or directory")
        try versions.write("{}", "3", .model)
        expectFailure("3", .absent(version: "3", missing("3", .manifest)))
        try Files.writeAtomically(Array("Telco".utf8).span, to: "\(versions.path)/readme")
        expectFailure("readme", .absent(version: "readme", missing("readme", .manifest, ENOTDIR)))
        try versions.add("4")
        try #require(unlink(versions.path("4", .golden)) == 0)
        expectFailure("4", .bundle(version: "4", .unreadable(missing("4", .golden))))
        try versions.add("5")
        try #require(unlink(versions.path("5", .manifest)) == 0)
        try Directories.create(versions.path("5", .manifest))
        expectFailure(
            "5",
            .bundle(
                version: "5", .unreadable(.notARegularFile(path: versions.path("5", .manifest)))))
    }

    @Test func `bad bundles are refused by what is wrong with them`() throws {
        let versions = try ModelVersions(["2"])
        let directory = ModelDirectory(path: versions.path)

        func refusal(_ version: String) -> BundleError? {
            do throws(RegistryError) {
                _ = try directory.load(version)
            } catch {
                if case .bundle(version, let reason) = error { return reason }
            }
            return nil
        }

        try versions.add("3")
        try versions.edit("3", .manifest, "\"format\": 1", "\"format\": 2")
        #expect(refusal("3") == .format(found: 2, wanted: 1))
        #expect(
            RegistryError.bundle(version: "3", .format(found: 2, wanted: 1)).description
                == "version 3: manifest.json: format 2, expected 1")

        // With its digest right as well, the golden rows reveal a leaf.
        try versions.add("4")
        try versions.changeLeaf("4")
        guard case .digest(.model, let found, let wanted) = refusal("4") else {
            Issue.record("a changed leaf was not seen")
            return
        }
        try versions.edit("4", .manifest, wanted, found)
        guard case .goldenRow = refusal("4") else {
            Issue.record("a changed leaf passed its golden rows")
            return
        }

        try versions.add("5")
        try versions.truncate("5", .model, to: 50_000)
        guard case .digest(.model, _, _) = refusal("5") else {
            Issue.record("half a model was not seen")
            return
        }
        try versions.add("6")
        try versions.truncate("6", .manifest, to: 5000)
        guard case .malformed = refusal("6") else {
            Issue.record("half a manifest was not seen")
            return
        }
        // A directory with files of another program.
        for file in [ModelVersions.File.manifest, .model, .golden] {
            try versions.write("[tool.poetry]", "7", file)
        }
        guard case .malformed = refusal("7") else {
            Issue.record("foreign files were taken for a bundle")
            return
        }
    }
}
