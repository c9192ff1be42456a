import Glibc
import JSON
import Models
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// What churnd reports to administrators about the versions, and numbers beyond their bounds.
    @Suite struct ModelListingTests {
        private let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory() }

        private func start(
            _ versions: ModelVersions, _ flags: [String: String] = [:]
        ) throws -> ChurndProcess {
            var all = ChurndProcess.onSocket(in: directory)
            all["model.path"] = versions.path
            return try ChurndProcess(all.merging(flags) { _, new in new })
        }

        @Test func `a folder that is away is no mistake of the one who asks`() throws {
            let versions = try ModelVersions(["1"], from: .logistic)
            let churnd = try start(versions, ["model.watch": "0"])
            try #require(rename(versions.path, versions.path + ".away") == 0)
            let answer = try churnd.operations(.get("/admin/models"))
            try #require(rename(versions.path + ".away", versions.path) == 0)
            #expect(answer.status == 503)
            #expect(answer.problem == "unavailable")
            #expect(
                answer.detail
                    == "\(versions.path): opendir: No such file or directory; "
                    + "telco-logistic/1 is still active")
            let there = try churnd.operations(.get("/admin/models"))
            #expect(there.status == 200)
            #expect(there.member("total")?.asNumber == 1)
            #expect(there.member("truncated")?.asBool == false)
            #expect(there.member("thresholds")?.asObject?["decision"]?.asNumber == 0.5)
        }

        @Test func `versions beyond the listing are counted`() throws {
            let versions = try ModelVersions(["1"], from: .logistic)
            for number in 2...1003 {
                try Directories.create("\(versions.path)/\(number)")
                try #require(
                    symlink("nowhere", "\(versions.path)/\(number)/manifest.json") == 0)
            }
            let churnd = try start(versions, ["model.watch": "0"])
            let answer = try churnd.operations(.get("/admin/models"))
            #expect(answer.member("versions")?.asArray?.count == 1000)
            #expect(answer.member("total")?.asNumber == 1003)
            #expect(answer.member("truncated")?.asBool == true)
            let child = try ChildProcess(
                BuiltProgram.churnctl,
                ["model", "list", "--operations", try #require(churnd.operationsAddress)])
            #expect(try child.waitForExit() == .code(0))
            #expect(child.output.hasSuffix("\n  and 3 more\n"))
            #expect(child.output.contains("\nthresholds: decision 0.5, high 0.7, medium 0.4\n"))
        }

        @Test func `a version is activated with its digest, and no other one under its name`()
            throws
        {
            let versions = try ModelVersions(["1", "2"], from: .logistic)
            let churnd = try start(versions, ["model.watch": "0"])
            let pin = ModelVersions.sha256(
                of: try Files.read(versions.path("2", .manifest), bytesMax: 1 << 24))
            func activate(_ arguments: String...) throws -> ChildProcess {
                let child = try ChildProcess(
                    BuiltProgram.churnctl,
                    ["model", "activate", "2"] + arguments
                        + ["--operations", try #require(churnd.operationsAddress)])
                _ = try child.waitForExit()
                return child
            }
            #expect(try activate("--sha256", "abc").ended == .code(64))
            let wrong = try activate("--sha256", String(repeating: "0", count: 64))
            #expect(wrong.ended == .code(1))
            #expect(wrong.errors.contains("expected \(String(repeating: "0", count: 64))"))
            #expect(try activate("--sha256", pin).ended == .code(0))
            #expect(try versions.active() == "2 sha256:\(pin)\n1\n")
            for body in [
                #"{"version":"2","sha256":"abc"}"#, #"{"version":"2","sha256":null}"#,
                #"{"version":"2","sha256":"\#(pin.uppercased())"}"#, #"{"sha256":"\#(pin)"}"#,
            ] {
                let answer = try churnd.operations(
                    .operations("POST", "/admin/models/activate", body: body))
                #expect(answer.problem == "invalid-command", "\(body)")
            }
            try versions.edit("2", .manifest, "\"high\": 0.7", "\"high\": 0.9")
            churnd.child.signal(SIGHUP)
            let line = try churnd.log("model rejected, the previous one stays active", count: 1)[0]
            #expect(line["reason"]?.asString?.contains("expected \(pin)") == true)
            let doctor = try ChildProcess(
                BuiltProgram.churnctl, ["doctor"],
                environment: [
                    "JWT_SECRET": ChurndProcess.secret, "CHURND_STORE": "memory",
                    "CHURND_MODEL_PATH": versions.path, "CHURND_HTTP_PORT": "0",
                    "CHURND_OPERATIONS_LISTEN": "off",
                ])
            _ = try doctor.waitForExit()
            #expect(doctor.output.contains("expected \(pin)"), "\(doctor.output)")
        }

        /// The bundle's schema takes tenures beyond its bounds.
        private func tolerant(_ choice: String) throws -> ModelVersions {
            let versions = try ModelVersions(["1"], from: .logistic)
            try versions.edit(
                "1", .manifest, "\"maximum\": 72",
                "\"maximum\": 72, \"x-out-of-range\": \"\(choice)\"")
            return versions
        }

        @Test(arguments: ["clamp", "flag"])
        func `a tenure of 73 is scored, named, counted, and the same in bulk`(
            choice: String
        ) throws {
            let versions = try tolerant(choice)
            let churnd = try start(versions)
            let token = try TokenFactory().token("alice")
            let client = try churnd.client()
            func predict(_ tenure: String) throws -> HTTPAnswer {
                let body = Customer.valid.with("tenure", tenure).json
                return try client.exchange(.predict(token: token, body: body))
            }
            let inside = try predict("72")
            #expect(inside.status == 200)
            #expect(inside.member("out_of_range") == nil)
            let outside = try predict("73")
            #expect(outside.status == 200)
            #expect(outside.member("out_of_range") == .array([.string("tenure")]))
            let isSame =
                inside.member("churn_probability") == outside.member("churn_probability")
            #expect(isSame == (choice == "clamp"))
            let far = try predict("700")
            #expect(far.member("out_of_range") == .array([.string("tenure")]))
            #expect(try churnd.scrape()[#"churnd_out_of_range_total{field="tenure"}"#] == 2)

            let rows = ["72", "700"].map { Customer.valid.with("tenure", $0).json }
            for (format, mark) in [
                ("ndjson", ",\"out_of_range\":[\"tenure\"]}"), ("csv", ",tenure"),
            ] {
                let child = try ChildProcess(
                    BuiltProgram.churnctl,
                    ["score", "--model", "\(versions.path)/1", "--format", format],
                    input: rows.joined(separator: "\n"))
                #expect(try child.waitForExit() == .code(0))
                #expect(child.errors == "churnctl: 2 rows scored, 0 refused, 1 out of range\n")
                let lines = child.output.split(separator: "\n")
                #expect(lines.filter { $0.hasSuffix(mark) }.count == 1)
                #expect(lines.last?.hasSuffix(mark) == true)
                guard format == "ndjson" else { continue }
                let answers = try [inside, far].map { answer in
                    try #require(answer.member("churn_probability"))
                }
                let scored = try lines.map { line in
                    try JSONValue(parsing: Array(line.utf8).span).asObject?["churn_probability"]
                }
                #expect(scored == answers)
            }
        }

        @Test func `a schema that does not say so refuses a tenure of 73 as before`() throws {
            let churnd = try start(try ModelVersions(["1"], from: .logistic))
            let token = try TokenFactory().token("alice")
            let body = Customer.valid.with("tenure", "73").json
            let answer = try churnd.client().exchange(.predict(token: token, body: body))
            #expect(answer.status == 422)
            #expect(try churnd.scrape()[#"churnd_out_of_range_total{field="tenure"}"#] == nil)
        }

        @Test func `a customer of no month is scored with null, as with 0`() throws {
            let churnd = try start(try ModelVersions(["1"], from: .logistic))
            let token = try TokenFactory().token("alice")
            let client = try churnd.client()
            func predict(_ total: String, _ id: String) throws -> HTTPAnswer {
                let customer = Customer.valid.with("tenure", "0").with("TotalCharges", total)
                return try client.exchange(
                    .predict(token: token, body: customer.with("customerID", id).json))
            }
            let zero = try predict("0", "\"C\"")
            let null = try predict("null", "null")
            #expect(null.status == 200)
            #expect(null.member("churn_probability") == zero.member("churn_probability"))
            #expect(null.member("customer_id")?.asString == "alice")
            #expect(try predict("null", "4711").member("customer_id")?.asString == "4711")
        }

        @Test func `a schema's mistakes are printed one a line`() throws {
            let path = directory.path(of: "schema.json")
            try Files.writeAtomically(
                #"{"type":"array","colour":1,"properties":{"n":{"type":"number"}},"required":[]}"#
                    .utf8.span, to: path)
            try Files.writeAtomically("n\n1\n".utf8.span, to: directory.path(of: "t.csv"))
            let commands = [
                ["data", "check", "--schema", path, "--data", directory.path(of: "t.csv")],
                [
                    "train", "--schema", path, "--data", directory.path(of: "t.csv"), "--output",
                    directory.path(of: "out"), "--name", "m", "--version", "1",
                ],
            ]
            for command in commands {
                let child = try ChildProcess(BuiltProgram.churnctl, command)
                #expect(try child.waitForExit() != .code(0))
                #expect(
                    child.errors.split(separator: "\n").map(String.init)
                        == [
                            "type: unsupported, expected object", "colour: unknown keyword",
                            "properties/n/minimum: missing", "properties/n/maximum: missing",
                            "additionalProperties: missing",
                        ].map { "churnctl: \(path): /\($0)" }, "\(child.errors)")
            }
        }
    }
}
