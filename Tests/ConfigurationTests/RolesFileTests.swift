import Configuration
import Identity
import POSIX
import TestSupport
import Testing

@Suite struct RolesFileTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func read(_ text: String) throws(ConfigurationError) -> Roles {
        try RolesFile.roles(in: Array(text.utf8), path: "r.conf")
    }

    @Test func `quotas are read, also before their roles`() throws {
        let roles = try read(
            """
            quota.role.batch = 5000
            role.batch = predict
            quota.subject.crm-* = 7
            quota.subject.crm-1 = 8
            quota.subject.auth0|4 = 9
            """)
        for (subject, limit) in [("ann", 5000), ("crm-", 7), ("crm-1", 8), ("auth0|4", 9)] {
            #expect(
                roles.quotaLimit(of: [bytes("batch")], subject: bytes(subject)) == limit)
        }
        #expect(roles.quotaLimit(of: [], subject: bytes("ann")) == nil)
    }

    @Test func `roles and logins are read`() throws {
        let roles = try read(
            """
            # A comment.
            role.service = predict
            role.kunden/a = predict  explain customers:read

            step_up.age.tokens:revoke = 60
            step_up.acr.tokens:revoke = gold silver
            step_up.amr.keys:manage = pwd otp
            """)
        #expect(roles.scopes(of: [bytes("service")]) == ScopeSet(.predict))
        #expect(
            roles.scopes(of: [bytes("kunden/a")])
                == [ScopeSet(.predict), ScopeSet(.explain), ScopeSet(.readCustomers)])
        var revoking = StepUp(ageSecondsMax: 60)
        revoking.contexts = [bytes("gold"), bytes("silver")]
        var managing = StepUp(ageSecondsMax: 300)
        managing.methods = [bytes("pwd"), bytes("otp")]
        #expect(roles.stepUp(for: .revokeTokens) == revoking)
        #expect(roles.stepUp(for: .manageKeys) == managing)
        #expect(roles.stepUp(for: .activateModels) == StepUp(ageSecondsMax: 300))
    }

    @Test(arguments: ["", "# nothing\n"])
    func `a file without lines allows nothing but scopes themselves`(text: String) throws {
        let roles = try read(text)
        #expect(roles.scopes(of: [bytes("churnd:admin")]) == [])
        #expect(roles.scopes(of: [bytes("predict")]) == ScopeSet(.predict))
    }

    @Test func `the file that comes with churnd has the ready roles`() throws {
        let path = "\(ProjectPlaces.root)/Config/roles.conf"
        let roles = try RolesFile.roles(
            in: Files.read(path, bytesMax: RolesFile.bytesMax), path: path)
        for (role, scope, other) in [
            ("service", Scope.predict, Scope.readMetrics),
            ("data-scientist", .explain, .activateModels),
            ("ml-engineer", .activateModels, .revokeTokens),
            ("security-analyst", .revokeTokens, .predict),
            ("churnd:admin", .revokeTokens, .predict),
        ] {
            let scopes = roles.scopes(of: [bytes(role)])
            #expect(scopes.contains(scope) && !scopes.contains(other), "\(role)")
        }
    }

    @Test(arguments: [
        ("role.a = predict read", "r.conf:1: role.a: \"predict read\", expected of the scopes"),
        ("role.a =", "r.conf:1: role.a: \"\", expected of the scopes"),
        ("role.predict = explain", "r.conf:1: role.predict: \"explain\", expected another name"),
        ("role. = predict", "r.conf:1: unknown key \"role.\""),
        ("role.a b = predict", "r.conf:1: unknown key \"role.a b\""),
        ("rol.a = predict", "r.conf:1: unknown key \"rol.a\""),
        ("role.a = predict\nrole.a = explain", "r.conf:2: role.a again, after r.conf:1"),
        ("quota.role.a = 1", "r.conf:1: quota.role.a: \"1\", expected a line role.NAME of that"),
        ("quota.subject.a = 0", "expected an integer from 1 to 100000"),
        ("quota.subject.a = 100001", "expected an integer from 1 to 100000"),
        ("quota.subject.a =", "expected an integer from 1 to 100000"),
        ("quota.subject. = 5", "r.conf:1: unknown key \"quota.subject.\""),
        ("quota.subject.a b = 5", "r.conf:1: unknown key \"quota.subject.a b\""),
        ("quota.subject.a = 1\nquota.subject.a = 2", "r.conf:2: quota.subject.a again, after"),
        ("quota.rol.a = 1", "r.conf:1: unknown key \"quota.rol.a\""),
        ("step_up.age.predicts = 5", "did you mean step_up.age.predict?"),
        ("step_up.age.predict = 86401", "expected an integer from 0 to 86400"),
        ("step_up.age.predict = -1", "expected an integer from 0 to 86400"),
        ("step_up.amr.predict =", "expected 1 to 16 names"),
        ("step_up.acr.predict = a\"b", "expected 1 to 16 names"),
        ("step_up.acr.predict = a\\b", "expected 1 to 16 names"),
        ("step_up.acr.predict = é", "expected 1 to 16 names"),
        ("predict", "r.conf:1: no \"=\", expected key = value"),
    ])
    func `what is wrong is said with its place and what was expected`(
        text: String, message: String
    ) {
        do throws(ConfigurationError) {
            _ = try read(text)
            Issue.record("it was read")
        } catch {
            #expect(error.description.contains(message), "\(error)")
        }
    }

    @Test func `numbers and names are bounded on both sides`() throws {
        #expect(try read("step_up.age.predict = 0").stepUp(for: .predict).ageSecondsMax == 0)
        #expect(
            try read("step_up.age.predict = 86400").stepUp(for: .predict).ageSecondsMax == 86_400)
        let name = String(repeating: "n", count: 256)
        #expect(
            try read("role.\(name) = predict").scopes(of: [bytes(name)]) == ScopeSet(.predict))
        #expect(throws: ConfigurationError.self) { try read("role.\(name)n = predict") }
        let words = Array(repeating: "m", count: 16).joined(separator: " ")
        #expect(
            try read("step_up.amr.predict = \(words)").stepUp(for: .predict).methods.count == 16)
        #expect(throws: ConfigurationError.self) { try read("step_up.amr.predict = \(words) m") }
        for limit in [1, 100_000] {
            let roles = try read("quota.subject.a = \(limit)")
            #expect(roles.quotaLimit(of: [], subject: bytes("a")) == limit)
        }
        let patterns = (1...Roles.subjectPatternsMax).map { "quota.subject.s\($0) = 1\n" }.joined()
        #expect(try read(patterns).quotaLimit(of: [], subject: bytes("s256")) == 1)
        #expect(throws: ConfigurationError.self) { try read(patterns + "quota.subject.s257 = 1") }
        let roles = (1...Roles.rolesMax).map { "role.r\($0) = predict\n" }.joined()
        #expect(try read(roles).scopes(of: [bytes("r64")]) == ScopeSet(.predict))
        #expect(throws: ConfigurationError.self) { try read(roles + "role.r65 = predict") }
    }
}
