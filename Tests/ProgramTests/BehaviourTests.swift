import AuditLog
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// Baselines of subjects, with windows of a tenth of a second.
    @Suite struct BehaviourTests {
        private let directory: TemporaryDirectory
        private let roles: String

        init() throws {
            directory = try TemporaryDirectory()
            roles = "\(directory.path)/roles.conf"
            try Files.writeAtomically(Array("role.any = predict\n".utf8).span, to: roles)
        }

        private func start(_ measure: String, _ flags: [String: String] = [:]) throws
            -> AuditedChurnd
        {
            var all = [
                "behaviour": measure, "behaviour.window": "0.1", "behaviour.learning": "0",
                "behaviour.alarm": "600", "quota.limit": "100000", "model.watch": "0",
            ]
            all.merge(flags) { _, new in new }
            return try AuditedChurnd(all)
        }

        /// A customer that differs in many fields from the one before.
        private func customer(_ index: Int) -> Customer {
            let places = [1, 2, 4, 8, 16].map { index / $0 % 2 == 0 ? #""Yes""# : #""No""# }
            return Customer.valid
                .with("tenure", "\(index * 7 % 73)")
                .with("MonthlyCharges", "\(20 + index * 37 % 100)")
                .with("TotalCharges", "\(100 + index * 53 % 5000)")
                .with("Partner", places[0]).with("Dependents", places[1])
                .with("OnlineSecurity", places[2]).with("OnlineBackup", places[3])
                .with("TechSupport", places[4]).named("C-\(index)")
        }

        /// Asks about different customers until churnd knows what is ordinary.
        private func learn(_ churnd: ChurndProcess, _ token: String) throws {
            let client = try churnd.client()
            var index = 0
            try eventually("the subject is learned", within: 30) {
                index += 1
                let answer = try client.exchange(
                    .predict(token: token, body: customer(index % 64).json))
                #expect(answer.status == 200)
                return try listed(churnd)?["learned"]?.asBool == true
            }
        }

        /// The subject in the list of operators.
        private func listed(
            _ churnd: ChurndProcess, _ subject: String = "ann"
        ) throws -> JSONObject? {
            try churnd.operations(.get("/admin/behaviour")).member("subjects")?.asArray?
                .compactMap(\.asObject).first { $0["subject"]?.asString == subject }
        }

        /// Maps the model: a record of which one field changes, until that is noticed.
        private func extract(_ churnd: ChurndProcess, _ token: String) throws {
            let client = try churnd.client()
            var index = 0
            try eventually("the extraction is noticed", within: 30) {
                for _ in 0..<20 {
                    index += 1
                    let record = Customer.valid.with("TotalCharges", "\(1000 + index)")
                    let answer = try client.exchange(
                        .predict(token: token, body: record.json))
                    #expect([200, 401].contains(answer.status))
                }
                return try listed(churnd)?["alarm"] != nil
            }
        }

        @Test func `an extraction is noticed, counted, logged and recorded`() throws {
            let audited = try start("watch")
            let token = try TokenFactory().token("ann")
            try learn(audited.churnd, token)
            #expect(try audited.churnd.scrape().sum(of: "churnd_behaviour_alarms_total") == 0)
            try extract(audited.churnd, token)
            let samples = try audited.churnd.scrape()
            #expect(samples.sum(of: "churnd_behaviour_alarms_total") == 1)
            #expect(samples["churnd_behaviour_alarmed_subjects"] == 1)
            #expect(samples["churnd_behaviour_dropped_total"] == 0)
            let alarm = try #require(try listed(audited.churnd)?["alarm"]?.asObject)
            #expect(alarm["signals"]?.asObject?["similar"] != nil)
            let line = try audited.churnd.log("a subject is far from its baseline", count: 1)[0]
            #expect(line["signals"]?.asString?.contains("similar") == true)
            let name = try #require(line["subject"]?.asString)
            #expect(audited.churnd.log("request").contains { $0["subject"]?.asString == name })
            let record = try audited.records(.behaviour, count: 1)[0]
            #expect(record.text("action") == "alarm")
            #expect(record.text("signals")?.contains("similar") == true)
            let prediction = try #require(try audited.records(.prediction).first)
            #expect(record.text("about") == prediction.text("subject"))
            // Only watched.
            let answer = try audited.churnd.client().exchange(.predict(token: token))
            #expect(answer.member("churn_probability") != nil)
            try audited.end()
            #expect(try audited.verify().exit == .code(0))
        }

        @Test func `with band the subject gets no probability until an operator clears it`() throws
        {
            let audited = try start("band")
            let churnd = audited.churnd
            let token = try TokenFactory().token("ann")
            try learn(churnd, token)
            try extract(churnd, token)
            func showsProbability(_ token: String) throws -> Bool {
                let answer = try churnd.client().exchange(.predict(token: token))
                #expect(answer.status == 200)
                #expect(answer.member("risk_level") != nil)
                return answer.member("churn_probability") != nil
            }
            try eventually("the alarm is with the event loops") {
                try !showsProbability(token)
            }
            #expect(try showsProbability(TokenFactory().token("bob")))
            let clear = HTTPRequest.operations(
                "POST", "/admin/behaviour/clear", body: #"{"subject":"ann"}"#)
            #expect(try churnd.operations(clear).member("changed") == .bool(true))
            try eventually("the alarm is over") { try showsProbability(token) }
            let records = try audited.records(.behaviour, count: 2)
            #expect(records.map { $0.text("action") } == ["alarm", "clear"])
            #expect(records[0].text("about") == records[1].text("about"))
            #expect(records[1].text("request_id") != nil)
        }

        @Test func `with step-up the subject needs a login younger than the alarm`() throws {
            let audited = try start("step-up", ["roles.path": roles])
            let churnd = audited.churnd
            func token(loginAt milliseconds: Int64) -> String {
                TokenFactory().token(
                    claims: #"{"sub":"ann","exp":4102444800,"scope":"any","auth_time":"#
                        + "\(Double(milliseconds) / 1000)}")
            }
            let before = token(loginAt: Clock.unixMilliseconds())
            try learn(churnd, before)
            try extract(churnd, before)
            var refusal: HTTPAnswer?
            try eventually("the alarm is with the event loops") {
                let answer = try churnd.client().exchange(.predict(token: before))
                refusal = answer.status == 401 ? answer : nil
                return refusal != nil
            }
            #expect(refusal?.problem == "stale-authentication")
            #expect(
                refusal?["WWW-Authenticate"]?.contains("insufficient_user_authentication") == true)
            let after = token(loginAt: Clock.unixMilliseconds() + 1)
            #expect(try churnd.client().exchange(.predict(token: after)).status == 200)
            #expect(try churnd.client().exchange(.predict(token: before)).status == 401)
        }

        @Test func `without baselines operators are answered that they are off`() throws {
            let churnd = try ChurndProcess(ChurndProcess.onSocket(in: directory))
            for request in [
                HTTPRequest.get("/admin/behaviour"),
                .operations("POST", "/admin/behaviour/clear", body: #"{"subject":"ann"}"#),
            ] {
                let answer = try churnd.operations(request)
                #expect(answer.status == 409)
                #expect(answer.problem == "conflict")
            }
            #expect(!(try churnd.scrape().text.contains("churnd_behaviour")))
        }

        @Test func `a command that names no possible subject is refused`() throws {
            let audited = try start("watch")
            let longest = String(repeating: "a", count: 256)
            for (body, status) in [
                ("{}", 422), (#"{"subject":""}"#, 422), (#"{"subject":1}"#, 422),
                (#"{"subject":"a\n"}"#, 422), (#"{"subject":"\#(longest)a"}"#, 422),
                (#"{"subject":"\#(longest)"}"#, 200), (#"{"subject":"a","x":1}"#, 422),
            ] {
                let answer = try audited.churnd.operations(
                    .operations("POST", "/admin/behaviour/clear", body: body))
                #expect(answer.status == status, "\(body)")
                if status == 200 { #expect(answer.member("changed") == .bool(false)) }
            }
        }

        @Test func `churnctl lists subjects and clears them`() throws {
            let audited = try start("watch")
            let token = try TokenFactory().token("ann")
            try learn(audited.churnd, token)
            let address = try #require(audited.churnd.operationsAddress)
            func churnctl(_ arguments: String...) throws -> String {
                let child = try ChildProcess(
                    BuiltProgram.churnctl, ["behaviour"] + arguments + ["--operations", address])
                #expect(try child.waitForExit() == .code(0))
                return child.output + child.errors
            }
            let list = try churnctl("list")
            #expect(list.hasPrefix("1 subjects, measure watch\n  ann"), "\(list)")
            #expect(try churnctl("clear", "--subject", "ann") == "cleared\n")
            #expect(try churnctl("list").contains("ann  learning"))
            #expect(
                try churnctl("clear", "--subject", "x") == "nothing is known of the subject\n")
        }
    }
}
