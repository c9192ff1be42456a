import Glibc
import JSON
import TestSupport
import Testing

extension ProgramTests {
    /// Administrators who do not wait for each other, or for their answers.
    @Suite struct AdministrationRaceTests {
        private let directory: TemporaryDirectory
        private let versions: ModelVersions

        init() throws {
            directory = try TemporaryDirectory()
            versions = try ModelVersions.quick()
        }

        private func start(_ flags: [String: String] = [:]) throws -> ChurndProcess {
            var all = ChurndProcess.onSocket(in: directory)
            all["model.path"] = versions.path
            all["model.watch"] = "0"
            return try ChurndProcess(all.merging(flags) { $1 })
        }

        private func active(_ churnd: ChurndProcess) throws -> String? {
            try churnd.operations(.get("/admin/models")).member("active")?.asString
        }

        @Test func `commands that are sent at once are carried out in their order`() throws {
            let churnd = try start()
            let client = try churnd.operationsClient()
            let commands = (0..<10).map { HTTPRequest.activate($0 % 2 == 0 ? "2" : "1") }
            try client.send((commands + [.rollback, .get("/admin/models")]).flatMap(\.bytes))
            for index in 0..<10 {
                let answer = try client.readAnswer()
                #expect(answer.status == 200)
                #expect(
                    answer.member("active")?.asString
                        == "telco-logistic/\(index % 2 == 0 ? "2" : "1")")
                #expect(answer.member("changed")?.asBool == true)
            }
            #expect(try client.readAnswer().member("active")?.asString == "telco-logistic/2")
            #expect(try client.readAnswer().member("active")?.asString == "2")
        }

        @Test func `of many who activate at once each is answered, and told to wait if need be`()
            throws
        {
            let churnd = try start()
            let path = ChurndProcess.socketPath(in: directory)
            let answers = try concurrently(50) { index in
                let client = try ClientSocket(unixPath: path, seconds: 30)
                let version = index % 2 == 0 ? "2" : "1"
                let answer = try client.exchange(.activate(version))
                if answer.status == 503 {
                    #expect(answer.problem == "unavailable")
                    #expect(answer["Retry-After"] == "1")
                } else {
                    #expect(answer.status == 200)
                    #expect(answer.member("active")?.asString == "telco-logistic/\(version)")
                }
                return answer.status
            }
            #expect(answers.filter { $0 == 200 }.count >= 17, "one at work and 16 that wait")
            let active = try #require(try active(churnd))
            #expect(try versions.active().hasPrefix("\(active)\n"))
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            #expect(
                try churnd.client().exchange(request).member("model_version")?.asString
                    == "telco-logistic/\(active)")
        }

        @Test func `who hangs up is not answered, and is obeyed`() throws {
            let churnd = try start()
            for reset in [false, true] {
                let before = try #require(try active(churnd))
                let after = before == "1" ? "2" : "1"
                let client = try churnd.operationsClient()
                try client.send(HTTPRequest.activate(after).bytes)
                if reset { client.reset() } else { client.close() }
                try eventually("\(after) serves") { try active(churnd) == after }
            }
            for request in [HTTPRequest.get("/metrics"), .get("/admin/models")] {
                for _ in 0..<20 {
                    let client = try churnd.operationsClient()
                    try client.send(request.bytes + request.bytes)
                    client.reset()
                }
            }
            #expect(try churnd.operations(.get("/livez")).status == 200)
            try eventually("nobody else is connected") {
                try churnd.scrape()[#"http_server_connections{listener="operations"}"#] == 1
            }
            #expect(try churnd.scrape()["http_server_active_requests"] == 1)
        }

        @Test func `while it drains operators see it, and nobody changes the model`() throws {
            let churnd = try start()
            let caller = try churnd.client()
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice")).bytes
            try caller.send(Array(request.dropLast()))
            let client = try churnd.operationsClient()
            #expect(try client.exchange(.get("/readyz")).status == 200)
            // The server has read what was sent when both reactors have answered others.
            for _ in 0..<4 { #expect(try churnd.client().exchange(.get("/livez")).status == 200) }
            churnd.child.signal(SIGTERM)
            try eventually("readiness fails") {
                try client.exchange(.get("/readyz")).status == 503
            }
            #expect(try client.exchange(.get("/livez")).status == 200)
            #expect(try client.exchange(.get("/metrics")).status == 200)
            let refused = try client.exchange(.activate("2"))
            #expect(refused.status == 503)
            #expect(refused.problem == "unavailable")
            #expect(try versions.active() == "1\n")
            try caller.send([request[request.count - 1]])
            let answer = try caller.readAnswer()
            #expect(answer.status == 200)
            #expect(answer.member("model_version")?.asString == "telco-logistic/1")
            caller.close()
            #expect(try churnd.child.waitForExit(within: 10) == .code(0))
        }

        @Test(.enabled(if: TestDisk.hasMemoryDisks, "needs root and the right to mount a tmpfs"))
        func `an active that cannot be written leaves all as it was`() throws {
            let disk = try TestDisk(.tmpfs, kibibytes: 1024)
            let copied = disk.path(of: "model")
            let copy = try ChildProcess("/bin/cp", ["-r", versions.path, copied])
            #expect(try copy.waitForExit() == .code(0), "\(copy.errors)")
            let churnd = try start(["model.path": copied])
            try disk.remount("ro")
            let answer = try churnd.operations(.activate("2"))
            #expect(answer.status == 409)
            #expect(answer.problem == "conflict")
            #expect(answer.detail?.contains("Read-only file system") == true)
            #expect(try active(churnd) == "1")
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            #expect(
                try churnd.client().exchange(request).member("model_version")?.asString
                    == "telco-logistic/1")
            try disk.remount("rw")
            #expect(try churnd.operations(.activate("2")).status == 200)
        }
    }
}
