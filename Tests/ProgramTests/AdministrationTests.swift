import JSON
import TestSupport
import Testing

extension ProgramTests {
    /// What administrators may send, and what comes of it.
    @Suite struct AdministrationTests {
        private static let bodyBytesMax = 16_384

        private let directory: TemporaryDirectory
        private let versions: ModelVersions
        private let churnd: ChurndProcess
        private let client: ClientSocket

        init() throws {
            directory = try TemporaryDirectory()
            versions = try ModelVersions(["1", "2"], from: .logistic)
            var flags = ChurndProcess.onSocket(in: directory)
            flags["model.path"] = versions.path
            flags["model.watch"] = "0"
            churnd = try ChurndProcess(flags)
            client = try churnd.operationsClient()
        }

        private func post(_ path: String, _ body: String?) throws -> HTTPAnswer {
            try client.exchange(.operations("POST", path, body: body))
        }

        private func expectRefused(
            _ path: String, _ bodies: [String], _ sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            for body in bodies {
                let answer = try post(path, body)
                #expect(answer.status == 422, "\(body)", sourceLocation: sourceLocation)
                #expect(
                    answer.problem == "invalid-command", "\(body)", sourceLocation: sourceLocation)
                #expect(
                    answer.detail?.hasPrefix("The body must be ") == true,
                    sourceLocation: sourceLocation)
            }
        }

        /// An object padded with blanks to a number of bytes.
        private static func padded(_ body: String, to count: Int) -> String {
            body + String(repeating: " ", count: count - body.utf8.count)
        }

        private static let noObjects = [
            "", " ", "null", "[]", "\"1\"", "{", "{\"version\"", "{} {}", "{\"a\":1,\"a\":1}",
            "\u{FEFF}{}", String(repeating: "[", count: 5000),
        ]

        @Test func `an activation names one version and nothing else`() throws {
            let path = "/admin/models/activate"
            let tooLong = String(repeating: "v", count: 257)
            try expectRefused(
                path,
                AdministrationTests.noObjects + [
                    "{}", #"{"version":1}"#, #"{"version":null}"#, #"{"version":""}"#,
                    #"{"version":["1"]}"#, #"{"Version":"1"}"#, #"{"version":"1","force":true}"#,
                    #"{"version":"1","version":"1"}"#, #"{"version":"\#(tooLong)"}"#,
                ])
            // A text that names no version, or none that exists, is the registry's to refuse.
            for version in [
                "3", "../1", ".", "active", "1/", "1\\u0000", String(tooLong.dropLast()),
            ] {
                let answer = try post(path, #"{"version":"\#(version)"}"#)
                #expect(answer.status == 422, "\(version)")
                #expect(answer.problem == "model-refused", "\(version)")
            }
            let unframed = HTTPRequest.operations("POST", path, body: nil)
            let refused = try churnd.operations(unframed)
            #expect(refused.problem == "length-required")
            #expect(refused.closes)
            #expect(try versions.active() == "1\n")
            let answer = try post(path, #" {"version" : "2"} "#)
            #expect(answer.status == 200)
            #expect(answer.member("active")?.asString == "telco-logistic/2")
            #expect(answer.member("previous")?.asString == "telco-logistic/1")
            #expect(answer.member("changed")?.asBool == true)
            #expect(answer.member("sha256")?.asString?.contains(/^[0-9a-f]{64}$/) == true)
            let again = try post(path, #"{"version":"2"}"#)
            #expect(again.member("changed")?.asBool == false)
            #expect(again.member("previous") == .null)
            #expect(try versions.active() == "2\n1\n")
        }

        @Test func `a rollback has no content, or an empty object`() throws {
            let path = "/admin/models/rollback"
            try expectRefused(
                path, AdministrationTests.noObjects.filter { $0 != "" } + [#"{"version":"1"}"#])
            let nowhere = try post(path, "{}")
            #expect(nowhere.status == 409)
            #expect(nowhere.problem == "conflict")
            #expect(try client.exchange(.activate("2")).status == 200)
            for (body, active) in [(nil, "1"), ("", "2"), ("{}", "1"), (" {} ", "2")] {
                let answer = try churnd.operations(.operations("POST", path, body: body))
                #expect(answer.status == 200, "\(body ?? "none")")
                #expect(answer.closes == (body == nil), "\(body ?? "none")")
                #expect(answer.member("active")?.asString == "telco-logistic/\(active)")
            }
        }

        @Test func `a revocation names one token and a time of 1 s to ten years`() throws {
            let path = "/admin/tokens/revoke"
            let long = String(repeating: "j", count: 256)
            let longToken = "AAAA.AAAA." + String(repeating: "A", count: 8182)
            try expectRefused(
                path,
                AdministrationTests.noObjects + [
                    "{}", #"{"seconds":60}"#, #"{"jti":"a"}"#, #"{"token":"a"}"#,
                    #"{"jti":"a","token":"b","seconds":60}"#, #"{"jti":"","seconds":60}"#,
                    #"{"jti":1,"seconds":60}"#, #"{"jti":"a","seconds":60,"x":1}"#,
                    #"{"jti":"\#(long)j","seconds":60}"#, #"{"token":"","seconds":60}"#,
                    #"{"token":"\#(longToken)A","seconds":60}"#,
                ])
            try expectRefused(
                path,
                ["0", "-1", "315360001", "1.5", "\"1\"", "true", "null", "1e99", "[1]", "0.9999"]
                    .map { #"{"jti":"a","seconds":\#($0)}"# })
            let accepted =
                ["1", "1.0", "1e3", "315360000"].map { #"{"jti":"a","seconds":\#($0)}"# }
                + [#"{"jti":"\#(long)","seconds":1}"#, #"{"token":"\#(longToken)","seconds":1}"#]
            for body in accepted {
                let answer = try post(path, body)
                #expect(answer.status == 200, "\(body.prefix(40))")
                #expect(answer.json == .object(JSONObject(members: [("changed", .bool(true))])))
            }
        }

        /// Under the other member, `jti` or `token`, some of these would be good.
        @Test func `what can be no token's name is neither revoked nor taken back`() throws {
            let token = try TokenFactory().token("alice", id: "the-id")
            let tokens = [
                "\(token)\\n", " \(token)", "Bearer \(token)", "\(token)=", "\(token).AA", "x",
                "a.b", "..", "AAAA.AAAA.", "AAAA.A.AAAA", "AAAA.A+AA.AAAA", "AA\\u0000A.AA.AA",
            ]
            let ids = ["a\\u0000b", "\\n", "the-id\\n", "\\u007f", "\\u0085", "\u{85}", "\u{9F}"]
            for (member, names) in [("token", tokens), ("jti", ids)] {
                for name in names {
                    for (path, rest) in [("revoke", #","seconds":60"#), ("unrevoke", "")] {
                        let body = #"{"\#(member)":"\#(name)"\#(rest)}"#
                        try expectRefused("/admin/tokens/\(path)", [body])
                        let detail = try post("/admin/tokens/\(path)", body).detail ?? ""
                        #expect(detail.contains(", where \(member) "), "\(detail)")
                        #expect(!detail.contains(token))
                    }
                }
            }
            #expect(try churnd.client().exchange(.predict(token: token)).status == 200)
        }

        @Test func `what may be a token's name is revoked, whoever signed it and until when`()
            throws
        {
            let strangers = TokenFactory(secret: String(repeating: "x", count: 32))
            let tokens = [
                try TokenFactory().token("alice"), try strangers.token("alice"),
                try TokenFactory().token("alice", lifetimeSeconds: -600),
                try TokenFactory().token("alice", keyID: "other"),
                TokenFactory().token(header: #"{"alg":"none"}"#, claims: "[]"), "AA.AAA.AAAA",
            ]
            let ids = ["a", " a b ", "a.b", "Bearer x", "é", "\u{A0}", #"\"\\"#, "\\u00e9\u{301}"]
            for (member, names) in [("token", tokens), ("jti", ids)] {
                for name in names {
                    let named = #""\#(member)":"\#(name)""#
                    let revoked = try post("/admin/tokens/revoke", #"{\#(named),"seconds":60}"#)
                    #expect(revoked.status == 200, "\(revoked.text)")
                    let restored = try post("/admin/tokens/unrevoke", "{\(named)}")
                    #expect(restored.member("changed")?.asBool == true, "\(restored.text)")
                }
            }
        }

        @Test func `to take a revocation back names one token and tells whether it was revoked`()
            throws
        {
            let path = "/admin/tokens/unrevoke"
            try expectRefused(
                path,
                AdministrationTests.noObjects + [
                    "{}", #"{"jti":""}"#, #"{"jti":"a","token":"b"}"#,
                    #"{"jti":"a","seconds":60}"#,
                ])
            func unrevoke() throws -> Bool? {
                let answer = try post(path, #"{"jti":"a"}"#)
                #expect(answer.status == 200)
                return answer.member("changed")?.asBool
            }
            #expect(try unrevoke() == false)
            #expect(
                try post("/admin/tokens/revoke", #"{"jti":"a","seconds":60}"#).status == 200)
            #expect(try unrevoke() == true)
            #expect(try unrevoke() == false)
        }

        @Test func `a command may have 16 KiB`() throws {
            let max = AdministrationTests.bodyBytesMax
            for (path, body) in [
                ("/admin/models/activate", #"{"version":"1"}"#), ("/admin/models/rollback", "{}"),
                ("/admin/tokens/revoke", #"{"jti":"a","seconds":60}"#),
                ("/admin/tokens/unrevoke", #"{"jti":"a"}"#),
            ] {
                #expect(try client.exchange(.activate("2")).status == 200)
                for count in [max - 1, max] {
                    let answer = try post(path, AdministrationTests.padded(body, to: count))
                    #expect(answer.status == 200, "\(path), \(count)")
                }
                let before = try versions.active()
                let other = try churnd.operationsClient()
                let answer = try other.exchange(
                    .operations(
                        "POST", path, body: AdministrationTests.padded(body, to: max + 1)))
                #expect(answer.status == 413, "\(path)")
                #expect(answer.closes)
                #expect(try versions.active() == before, "\(path)")
            }
        }

        @Test func `a token is refused while it is revoked, by jti and as a whole`() throws {
            let caller = try churnd.client()
            let token = try TokenFactory().token("alice", id: "the-id")
            let request = HTTPRequest.predict(token: token)
            for name in [#""jti":"the-id""#, #""token":"\#(token)""#] {
                #expect(try caller.exchange(request).status == 200)
                let revoked = try post("/admin/tokens/revoke", "{\(name),\"seconds\":600}")
                #expect(revoked.status == 200)
                #expect(try caller.exchange(request).problem == "token-revoked")
                let restored = try post("/admin/tokens/unrevoke", "{\(name)}")
                #expect(restored.member("changed")?.asBool == true)
            }
            #expect(try caller.exchange(request).status == 200)
            #expect(
                try post("/admin/tokens/revoke", #"{"jti":"the-id","seconds":1}"#).status == 200)
            #expect(try caller.exchange(request).status == 401)
            try eventually("the revocation ends by itself") {
                try caller.exchange(request).status == 200
            }
            let late = try post("/admin/tokens/unrevoke", #"{"jti":"the-id"}"#)
            #expect(late.member("changed")?.asBool == false)
        }

        @Test func `churnctl does the same, over the socket and over TCP`() throws {
            let overTCP = try ChurndProcess(["model.path": versions.path])
            for (address, environment) in [
                (churnd.operationsAddress, [:]),
                (overTCP.operationsAddress, ["JWT_SECRET": ChurndProcess.secret]),
            ] {
                func churnctl(_ arguments: String...) throws -> String {
                    let child = try ChildProcess(
                        BuiltProgram.churnctl,
                        arguments + ["--operations", try #require(address)],
                        environment: environment)
                    let exit = try child.waitForExit()
                    #expect(exit == .code(0), "\(child.errors)")
                    return child.output
                }
                let activated = try churnctl("model", "activate", "2")
                #expect(activated.hasPrefix("telco-logistic/1 → telco-logistic/2, sha256 "))
                #expect(try churnctl("model", "list").contains("* 2  active\n"))
                let rolledBack = try churnctl("model", "rollback")
                #expect(rolledBack.hasPrefix("telco-logistic/2 → telco-logistic/1, sha256 "))
                _ = try churnctl("token", "revoke", "--jti", "the-id", "--seconds", "60")
                _ = try churnctl("token", "unrevoke", "--jti", "the-id")
            }
            // The scope and the age of the token are its own affair: without a secret it has none.
            let denied = try ChildProcess(
                BuiltProgram.churnctl,
                ["model", "list", "--operations", try #require(overTCP.operationsAddress)])
            #expect(try denied.waitForExit() != .code(0))
            #expect(denied.errors.contains("token"))
        }
    }
}
