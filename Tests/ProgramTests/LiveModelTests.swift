import AuditLog
import Glibc
import JSON
import POSIX
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
    /// The model of a running churnd, changed by those who administer it.
    @Suite struct LiveModelTests {
        /// Who answered, and what.
        private struct Prediction: Hashable, Sendable {
            let version: String
            let probability: Double

            init(_ answer: HTTPAnswer) throws {
                guard answer.status == 200, let version = answer.member("model_version")?.asString,
                    let probability = answer.member("churn_probability")?.asNumber
                else { throw NeverHappened(what: "a prediction: \(answer.status) \(answer.text)") }
                self.version = version
                self.probability = probability
            }
        }

        private let directory: TemporaryDirectory
        private let request: HTTPRequest

        init() throws {
            directory = try TemporaryDirectory()
            request = .predict(token: try TokenFactory().token("alice"))
        }

        private func start(
            _ versions: ModelVersions, _ flags: [String: String] = [:]
        ) throws -> ChurndProcess {
            var all = ChurndProcess.onSocket(in: directory)
            all["model.path"] = versions.path
            all["model.watch"] = "0"
            all["quota.limit"] = "100000"
            all["store.subjects"] = "1000"
            return try ChurndProcess(all.merging(flags) { _, new in new })
        }

        private func prediction(_ churnd: ChurndProcess) throws -> Prediction {
            try Prediction(churnd.client().exchange(request))
        }

        /// Adds two bundles that are refused: one that its golden rows do not prove, and half a
        /// one.
        private func addRefused(to versions: ModelVersions) throws {
            try versions.add("bad", from: .logistic)
            try versions.edit(
                "bad", .manifest, "\"method\": \"none\"",
                "\"method\": \"platt\", \"slope\": 1, \"intercept\": 0.001")
            try versions.add("half", from: .logistic)
            try versions.truncate("half", .model, to: 1000)
        }

        /// What each version answers, asked while nothing else happens.
        private func probabilities(_ churnd: ChurndProcess) throws -> [String: Double] {
            var byVersion: [String: Double] = [:]
            for version in ["2", "1"] {
                #expect(try churnd.operations(.activate(version)).status == 200)
                let prediction = try prediction(churnd)
                byVersion[prediction.version] = prediction.probability
            }
            #expect(byVersion.count == 2)
            #expect(Set(byVersion.values).count == 2)
            return byVersion
        }

        /// Activates one version and then the other, 60 times, and what is refused in between.
        /// Returns how many bytes of memory more there are after the last 50.
        private func swap(_ churnd: ChurndProcess) throws -> Int {
            let administrator = try churnd.operationsClient()
            var early = 0
            for round in 0..<60 {
                let version = round % 2 == 0 ? "2" : "1"
                let answer = try administrator.exchange(.activate(version))
                #expect(answer.status == 200, "\(answer.text)")
                #expect(answer.member("changed")?.asBool == true)
                // Later clients are served by it, whichever reactor takes them.
                for _ in 0..<4 {
                    #expect(try prediction(churnd).version == "telco-logistic/\(version)")
                }
                let refused = round % 3 == 0 ? "bad" : "half"
                #expect(try administrator.exchange(.activate(refused)).status == 422)
                if round == 10 { early = try churnd.residentBytes }
            }
            return try churnd.residentBytes - early
        }

        /// Slow: 120 models are loaded beside the load. With an audit log answers wait for their
        /// records, so that a model is swapped between a prediction and its answer.
        @Test func `60 swaps under load lose no request, and each answer is of the model it names`()
            throws
        {
            let versions = try ModelVersions.quick()
            try addRefused(to: versions)
            let audited = try AuditedChurnd([
                "model.path": versions.path, "model.watch": "0", "quota.limit": "100000",
            ])
            let churnd = audited.churnd
            let byVersion = try probabilities(churnd)
            let port = churnd.port
            let request = request
            let isEnough = Atomic<Bool>(false)
            let load = Running(4) { _ in
                let client = try ClientSocket(port: port, seconds: 30)
                var counts: [Prediction: Int] = [:]
                while !isEnough.load(ordering: .relaxed) {
                    counts[try Prediction(client.exchange(request)), default: 0] += 1
                }
                return counts
            }
            let growth = try swap(churnd)
            isEnough.store(true, ordering: .relaxed)
            var total: [Prediction: Int] = [:]
            for counts in try load.values() { total.merge(counts) { $0 + $1 } }
            for prediction in total.keys {
                #expect(prediction.probability == byVersion[prediction.version])
            }
            #expect(total.count == 2)
            #expect(total.values.allSatisfy { $0 > 20 }, "\(total)")
            #expect(growth < 8 << 20, "\(growth >> 10) KiB more after 50 swaps")

            let metrics = try churnd.scrape()
            #expect(metrics[#"churnd_model_reloads_total{result="activated"}"#] == 62)
            #expect(metrics[#"churnd_model_reloads_total{result="refused"}"#] == 60)
            let answered = total.values.reduce(0, +) + 60 * 4 + 2
            #expect(metrics.sum(of: "churnd_predictions_total") == Double(answered))
            #expect(try churnd.log("model changed", count: 62).count == 62)
            // What is recorded is as true as what was answered.
            let records = try audited.records(.prediction)
            #expect(records.count == answered)
            for record in records {
                let version = try #require(record.text("model"))
                #expect(record["probability"]?.asNumber == byVersion[version])
            }
        }

        /// A version that must not serve: how it comes about, and what is said of it.
        struct BadVersion: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let says: String
            let make: @Sendable (ModelVersions) throws -> Void
        }

        static let badVersions = [
            BadVersion(testDescription: "one leaf changed", says: "model.json: SHA-256") {
                try $0.add("3")
                try $0.changeLeaf("3")
            },
            BadVersion(
                testDescription: "one leaf changed, and the hash with it", says: "golden.jsonl: row"
            ) {
                try $0.add("3")
                try $0.changeLeaf("3", isSealed: true)
            },
            BadVersion(testDescription: "half a model", says: "model.json: SHA-256") {
                try $0.add("3")
                try $0.truncate("3", .model, to: 5000)
            },
            BadVersion(testDescription: "half a manifest", says: "manifest.json") {
                try $0.add("3")
                try $0.truncate("3", .manifest, to: 5000)
            },
            BadVersion(testDescription: "a format to come", says: "format 2") {
                try $0.add("3")
                try $0.edit("3", .manifest, "\"format\": 1", "\"format\": 2")
            },
            BadVersion(testDescription: "files of another program", says: "manifest.json") {
                for file in [ModelVersions.File.manifest, .model, .golden] {
                    try $0.write("[tool.poetry]", "3", file)
                }
            },
            BadVersion(testDescription: "another version's bundle", says: "version 4") {
                try $0.add("3", stating: "4")
            },
            BadVersion(testDescription: "another model's bundle", says: "telco-logistic") {
                try $0.add("3", from: .logistic)
            },
        ]

        @Test(arguments: badVersions)
        func `a bundle that is refused changes nothing`(bad: BadVersion) throws {
            let versions = try ModelVersions()
            try bad.make(versions)
            let churnd = try start(versions)
            let before = try prediction(churnd)
            let listing = try churnd.operations(.get("/admin/models")).text
            let answer = try churnd.operations(.activate("3"))
            #expect(answer.status == 422)
            #expect(answer.problem == "model-refused")
            #expect(answer.detail?.contains(bad.says) == true, "\(answer.detail ?? "")")

            #expect(try prediction(churnd) == before)
            #expect(try versions.active() == "1\n")
            #expect(try churnd.operations(.get("/admin/models")).text == listing)
            let metrics = try churnd.scrape()
            #expect(metrics[#"churnd_model_reloads_total{result="refused"}"#] == 1)
            #expect(metrics[#"churnd_model_reloads_total{result="activated"}"#] == 0)
            let line = try churnd.log("model rejected, the previous one stays active", count: 1)[0]
            #expect(line["level"]?.asString == "error")
            #expect(line["version"]?.asString == "3")
            #expect(line["reason"]?.asString == answer.detail)
            #expect(line["trigger"]?.asString == "activation")
            // And the next good one is taken.
            #expect(try churnd.operations(.activate("2")).status == 200)
            #expect(try prediction(churnd).version == "telco-churn/2")
        }

        /// Asks for what is not done, and checks what is reported of it.
        ///
        /// - Parameter refusals: the number of log lines of earlier requests.
        private func expectUncounted(
            _ churnd: ChurndProcess,
            _ cases: [(request: HTTPRequest, problem: String, says: String)],
            after refusals: Int = 0, _ sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let message = "model not changed"
            for (index, (request, problem, says)) in cases.enumerated() {
                let answer = try churnd.operations(request)
                #expect(answer.problem == problem, sourceLocation: sourceLocation)
                #expect(
                    answer.detail?.contains(says) == true, "\(answer.text)",
                    sourceLocation: sourceLocation)
                let line = try churnd.log(message, count: refusals + index + 1)[refusals + index]
                #expect(line["level"]?.asString == "warning", sourceLocation: sourceLocation)
                #expect(line["reason"]?.asString == answer.detail, sourceLocation: sourceLocation)
            }
            #expect(
                try churnd.scrape()[#"churnd_model_reloads_total{result="refused"}"#] == 0,
                sourceLocation: sourceLocation)
            #expect(
                churnd.log("model rejected, the previous one stays active").isEmpty,
                sourceLocation: sourceLocation)
        }

        @Test func `what refuses no bundle is not counted as a refused one`() throws {
            let versions = try ModelVersions.quick()
            let churnd = try start(versions)
            try versions.write("{}", "3", .model)
            let cases = [
                (HTTPRequest.rollback, "conflict", "no version served before"),
                (.activate("9"), "model-refused", "9/manifest.json: open: No such file"),
                (.activate("3"), "model-refused", "3/manifest.json: open: No such file"),
                (.activate("../1"), "model-refused", "'../1'"),
                (.activate("active"), "model-refused", "Not a directory"),
            ]
            try expectUncounted(churnd, cases)
            // The bundle is good, and a directory stands where it is to be named.
            try versions.removeActive()
            try Directories.create(versions.activePath)
            let unwritable = [(HTTPRequest.activate("2"), "conflict", "the bundle is good, but ")]
            try expectUncounted(churnd, unwritable, after: cases.count)
        }

        @Test func `a rollback to a version that is gone is counted as refused`() throws {
            let versions = try ModelVersions(["1"], from: .logistic, active: "1\n7\n")
            let churnd = try start(versions)
            #expect(try churnd.operations(.rollback).problem == "model-refused")
            #expect(try churnd.scrape()[#"churnd_model_reloads_total{result="refused"}"#] == 1)
            let line = try churnd.log("model rejected, the previous one stays active", count: 1)[0]
            #expect(line["version"]?.asString == "7")
        }

        @Test func `a rollback leads back, also after a restart`() throws {
            let versions = try ModelVersions.quick()
            var churnd = try start(versions)
            #expect(try churnd.operations(.rollback).problem == "conflict")
            #expect(try churnd.operations(.activate("2")).status == 200)
            #expect(try versions.active() == "2\n1\n")
            churnd.child.signal(SIGTERM)
            #expect(try churnd.child.waitForExit() == .code(0))

            churnd = try start(versions)
            #expect(try prediction(churnd).version == "telco-logistic/2")
            for version in ["1", "2"] {
                let answer = try churnd.operations(.rollback)
                #expect(answer.member("active")?.asString == "telco-logistic/\(version)")
                #expect(try prediction(churnd).version == "telco-logistic/\(version)")
            }
            let metrics = try churnd.scrape()
            #expect(metrics[#"churnd_model_reloads_total{result="rolled_back"}"#] == 2)
            #expect(metrics.sum(of: "churnd_model_info") == 1)
            #expect(
                metrics.values.keys.contains {
                    $0.hasPrefix(#"churnd_model_info{model_version="telco-logistic/2","#)
                })
            #expect(
                try churnd.log("model changed", count: 2).map { $0["trigger"]?.asString }
                    == ["rollback", "rollback"])
        }

        @Test func `a model that is pinned to a bundle stays`() throws {
            let versions = try ModelVersions(["1"], from: .logistic)
            let churnd = try start(versions, ["model.path": "\(versions.path)/1"])
            try expectUncounted(
                churnd,
                [HTTPRequest.activate("1"), .activate("2"), .rollback].map {
                    ($0, "conflict", "the model's path is a bundle")
                })
            let listing = try churnd.operations(.get("/admin/models"))
            #expect(listing.member("pinned")?.asBool == true)
            #expect(listing.member("active")?.asString == "1")
            let before = try prediction(churnd)
            churnd.child.signal(SIGHUP)
            try eventually("the same is found") {
                try churnd.scrape()[#"churnd_model_reloads_total{result="unchanged"}"#] == 1
            }
            #expect(try prediction(churnd) == before)
            // Other bytes of it are what SIGHUP is for.
            try versions.shift("1", by: 1)
            churnd.child.signal(SIGHUP)
            try eventually("the new bytes serve") {
                try prediction(churnd).probability != before.probability
            }
        }

        @Test func `a start from an active that names nothing good is refused with one line`()
            throws
        {
            let versions = try ModelVersions(["1"], from: .logistic)
            for (active, says) in [
                ("7\n", "version 7"), ("", "empty"), ("../1\n", "line 1"), ("1\n2\n3\n", "3 lines"),
            ] {
                try versions.setActive(active)
                let child = try ChildProcess(
                    BuiltProgram.churnd,
                    [
                        "--store=memory", "--http.port=0", "--operations.listen=off",
                        "--model.path=\(versions.path)",
                    ],
                    environment: ["JWT_SECRET": ChurndProcess.secret])
                #expect(try child.waitForExit() == .code(1))
                #expect(child.errors.split(separator: "\n").count == 1)
                #expect(child.errors.contains(says), "\(child.errors)")
            }
        }
    }
}
