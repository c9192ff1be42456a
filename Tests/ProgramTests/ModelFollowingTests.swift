import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// The model of a running churnd, changed by another program that writes files.
    @Suite struct ModelFollowingTests {
        private let directory: TemporaryDirectory
        private let versions: ModelVersions
        private let request: HTTPRequest

        init() throws {
            directory = try TemporaryDirectory()
            versions = try ModelVersions.quick()
            request = .predict(token: try TokenFactory().token("alice"))
        }

        private func start(watch: String) throws -> ChurndProcess {
            var flags = ChurndProcess.onSocket(in: directory)
            flags["model.path"] = versions.path
            flags["model.watch"] = watch
            return try ChurndProcess(flags)
        }

        private func served(_ churnd: ChurndProcess) throws -> String? {
            try churnd.client().exchange(request).member("model_version")?.asString
        }

        private func listing(_ churnd: ChurndProcess) throws -> HTTPAnswer {
            try churnd.operations(.get("/admin/models"))
        }

        private func reloads(_ churnd: ChurndProcess, _ result: String) throws -> Double? {
            try churnd.scrape()["churnd_model_reloads_total{result=\"\(result)\"}"]
        }

        @Test func `an active that somebody else changes is followed`() throws {
            let churnd = try start(watch: "0.02")
            #expect(try served(churnd) == "telco-logistic/1")
            for (active, version) in [("2", "2"), ("1\n2\n", "1"), ("2  \r\n\n", "2")] {
                try versions.setActive(active)
                try eventually("\(version) serves") {
                    try listing(churnd).member("active")?.asString == version
                }
                #expect(try served(churnd) == "telco-logistic/\(version)")
                #expect(try versions.active() == active, "nobody rewrites it")
            }
            #expect(try reloads(churnd, "activated") == 3)
            #expect(
                try churnd.log("model changed", count: 3).map { $0["trigger"]?.asString }
                    == ["watch", "watch", "watch"])
        }

        @Test func `an active that names nothing good is told once, and what serves goes on`()
            throws
        {
            let churnd = try start(watch: "0.02")
            let refusals = "model rejected, the previous one stays active"
            try versions.add("3", from: .logistic)
            try versions.truncate("3", .model, to: 1000)
            let cases: [(active: String?, version: String?, says: String)] = [
                ("9\n", "9", "No such file"), ("3\n", "3", "model.json: SHA-256"),
                ("", nil, "empty"), ("../1\n", nil, "line 1"), ("1\n2\n3\n", nil, "3 lines"),
                (nil, nil, "No such file"), ("\u{0}\u{1}\n", nil, "line 1"),
            ]
            for (index, (active, version, says)) in cases.enumerated() {
                if let active {
                    try versions.setActive(active)
                } else {
                    try versions.removeActive()
                }
                let line = try churnd.log(refusals, count: index + 1)[index]
                #expect(line["trigger"]?.asString == "watch")
                #expect(line["version"]?.asString == version ?? "unknown")
                #expect(line["reason"]?.asString?.contains(says) == true, "\(line)")
                let listing = try listing(churnd)
                let refused = try #require(listing.member("refused")?.asObject)
                #expect(refused["version"] == (version.map { .string($0) } ?? .null))
                #expect(refused["reason"]?.asString?.contains(says) == true)
                #expect(
                    refused["time"]?.asString?.contains(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/) == true)
                #expect(listing.member("active")?.asString == "1")
                #expect(try served(churnd) == "telco-logistic/1")
            }
            try versions.setActive("2\n")
            try eventually("2 serves") { try served(churnd) == "telco-logistic/2" }
            #expect(try listing(churnd).member("refused") == nil)
            #expect(churnd.log(refusals).count == cases.count)
            #expect(try reloads(churnd, "refused") == Double(cases.count))
        }

        @Test func `what is no file hangs nobody, in place of active or of a bundle's file`() throws
        {
            let churnd = try start(watch: "0.02")
            let path = versions.activePath
            let target = directory.path(of: "target")
            let places: [() throws -> Void] = [
                { #expect(mkfifo(path, 0o600) == 0) }, { try Directories.create(path) },
                { #expect(symlink(target, path) == 0) },
                { try versions.setActive([UInt8](repeating: 0x31, count: 1_000_000)) },
            ]
            for place in places {
                try versions.removeActive()
                try place()
                // A listing reads it, and waits for the watch that reads it.
                for _ in 0..<3 {
                    #expect(try listing(churnd).member("refused")?.asObject != nil)
                    #expect(try served(churnd) == "telco-logistic/1")
                }
                #expect(remove(path) == 0)
                try versions.setActive("1\n")
                #expect(try listing(churnd).member("refused") == nil)
            }
            // A link to a good one is followed, as Kubernetes makes them.
            try Files.writeAtomically("2\n".utf8.span, to: target)
            try versions.removeActive()
            #expect(symlink(target, path) == 0)
            try eventually("2 serves") { try served(churnd) == "telco-logistic/2" }
            #expect(unlink(path) == 0)
            try versions.setActive("1\n")
            for file in [ModelVersions.File.manifest, .golden, .model] {
                try versions.add("pipe-\(file)", from: .logistic)
                let path = versions.path("pipe-\(file)", file)
                #expect(unlink(path) == 0)
                #expect(mkfifo(path, 0o600) == 0)
                let answer = try churnd.operations(.activate("pipe-\(file)"))
                #expect(answer.problem == "model-refused")
                #expect(answer.detail?.contains(file.rawValue) == true)
            }
            try eventually("1 serves") { try served(churnd) == "telco-logistic/1" }
        }

        @Test func `a version that is still being copied serves once it is whole`() throws {
            let churnd = try start(watch: "0.02")
            let manifest = try ModelVersions.shipped(.logistic, .manifest)
            try versions.setActive("3\n")
            try eventually("it is refused") { try listing(churnd).member("refused") != nil }
            // Byte by byte, as a copy does it, and the manifest not at the end but first.
            try versions.write(String(decoding: manifest, as: UTF8.self), "3", .manifest)
            try versions.edit("3", .manifest, "\"version\": \"1\"", "\"version\": \"3\"")
            let model = try ModelVersions.shipped(.logistic, .model)
            for count in [0, model.count / 2, model.count - 1, model.count] {
                let part = String(decoding: model.prefix(count), as: UTF8.self)
                try versions.write(part, "3", .model)
                #expect(try served(churnd) == "telco-logistic/1")
            }
            let golden = try ModelVersions.shipped(.logistic, .golden)
            try versions.write(String(decoding: golden, as: UTF8.self), "3", .golden)
            try eventually("3 serves") { try served(churnd) == "telco-logistic/3" }
            #expect(try listing(churnd).member("refused") == nil)
        }

        @Test func `SIGHUP loads the same version's new bytes, and refuses bad ones`() throws {
            let churnd = try start(watch: "0")
            let before = try #require(try listing(churnd).member("sha256")?.asString)
            churnd.child.signal(SIGHUP)
            try eventually("nothing new is found") { try reloads(churnd, "unchanged") == 1 }
            try versions.edit("1", .manifest, "\"mark\": \"\"", "\"mark\": \"new\"")
            #expect(try listing(churnd).member("sha256")?.asString == before, "nobody looks")
            churnd.child.signal(SIGHUP)
            try eventually("the new bytes serve") { try reloads(churnd, "activated") == 1 }
            let after = try #require(try listing(churnd).member("sha256")?.asString)
            #expect(after != before)
            #expect(
                try churnd.scrape().values.keys.contains(
                    #"churnd_model_info{model_version="telco-logistic/1",sha256="\#(after)"}"#))
            let line = try churnd.log("model changed", count: 1)[0]
            #expect(line["trigger"]?.asString == "reload")
            #expect(line["sha256"]?.asString == after)

            try versions.truncate("1", .golden, to: 1000)
            churnd.child.signal(SIGHUP)
            try eventually("the bad bytes are refused") { try reloads(churnd, "refused") == 1 }
            #expect(try listing(churnd).member("sha256")?.asString == after)
            #expect(try served(churnd) == "telco-logistic/1")
            #expect(churnd.child.ended == nil)
        }
    }
}
