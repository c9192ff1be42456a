import Identity
import Testing

@Suite struct RolesTests {
    private static let names: [(String, Scope)] = [
        ("predict", .predict), ("predict:band", .predictBand), ("explain", .explain),
        ("customers:read", .readCustomers), ("metrics:read", .readMetrics),
        ("audit:read", .readAudit), ("models:activate", .activateModels),
        ("models:train", .trainModels), ("tokens:revoke", .revokeTokens),
        ("keys:manage", .manageKeys),
    ]

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// Outside of the macro, which copies what a call would change.
    private func expect(_ condition: Bool, at place: SourceLocation = #_sourceLocation) {
        #expect(condition, sourceLocation: place)
    }

    @Test func `every scope has one name`() {
        #expect(RolesTests.names.map(\.1) == Scope.allCases)
        for (name, scope) in RolesTests.names {
            #expect(Scope(named: bytes(name).span) == scope)
            #expect("\(scope.name)" == name)
        }
    }

    @Test(arguments: ["", "Predict", "predict ", "predict:", "predict:bands", "models", "*"])
    func `a name that differs in a byte names no scope`(name: String) {
        #expect(Scope(named: bytes(name).span) == nil)
    }

    @Test(
        arguments: [
            ([], []), (["analyst"], [.predict, .explain]),
            (["guard", "analyst"], [.predict, .explain, .revokeTokens]),
            (["models:activate", "guard"], [.activateModels, .revokeTokens]),
            (["Analyst", "analyst ", "", "churnd:admin"], []),
        ] as [([String], [Scope])])
    func `rights are the names of roles and scopes`(rights: [String], scopes: [Scope]) {
        var roles = Roles(standard: StepUp(ageSecondsMax: 300))
        expect(roles.add(bytes("analyst"), [ScopeSet(.predict), ScopeSet(.explain)]))
        expect(roles.add(bytes("guard"), ScopeSet(.revokeTokens)))
        let found = roles.scopes(of: rights.map(bytes))
        for scope in Scope.allCases {
            #expect(found.contains(scope) == scopes.contains(scope))
        }
    }

    @Test func `there is room for so many roles, each once`() {
        var roles = Roles(standard: StepUp(ageSecondsMax: 300))
        for number in 1...Roles.rolesMax { expect(roles.add(bytes("r\(number)"), [])) }
        expect(!roles.add(bytes("one more"), []))
        expect(!roles.add(bytes("r1"), []))
    }

    @Test(
        arguments: [
            ([], "ann", nil), (["analyst"], "ann", 50), (["guard", "analyst"], "ann", 500),
            (["analyst", "guard"], "ann", 500), (["Analyst", "predict", "none"], "ann", nil),
            (["guard"], "crm-1", 7), (["guard"], "crm-", 7), (["guard"], "crm", 500),
            ([], "crm-eu-2", 8), ([], "crm-eu-1", 9), ([], "crm-eu-12", 10),
            ([], "Crm-eu-1", nil), (["none"], "crm-eu-1", 9),
        ] as [([String], String, Int?)])
    func `a subject's quota comes before those of its roles, and the exact before the long`(
        rights: [String], subject: String, limit: Int?
    ) {
        var roles = Roles(standard: StepUp(ageSecondsMax: 300))
        for name in ["analyst", "guard", "none"] {
            expect(roles.add(bytes(name), ScopeSet(.predict)))
        }
        expect(roles.setQuota(50, ofRole: bytes("analyst")))
        expect(roles.setQuota(500, ofRole: bytes("guard")))
        expect(!roles.setQuota(5, ofRole: bytes("absent")))
        for (pattern, limit) in [("crm-*", 7), ("crm-eu-*", 8), ("crm-eu-1", 9), ("crm-eu-1*", 10)]
        {
            expect(roles.setQuota(limit, ofSubjects: bytes(pattern)))
        }
        #expect(roles.quotaLimit(of: rights.map(bytes), subject: bytes(subject)) == limit)
    }

    @Test func `a star alone means every subject, and gives way to all others`() {
        var roles = Roles(standard: StepUp(ageSecondsMax: 300))
        expect(roles.setQuota(3, ofSubjects: bytes("*")))
        expect(roles.setQuota(4, ofSubjects: bytes("a*")))
        #expect(roles.quotaLimit(of: [], subject: bytes("b")) == 3)
        #expect(roles.quotaLimit(of: [], subject: bytes("a")) == 4)
    }

    @Test func `there is room for so many patterns of subjects`() {
        var roles = Roles(standard: StepUp(ageSecondsMax: 300))
        for number in 1...Roles.subjectPatternsMax {
            let pattern = number % 2 == 0 ? "s\(number)" : "s\(number)*"
            expect(roles.setQuota(1, ofSubjects: bytes(pattern)))
        }
        expect(!roles.setQuota(1, ofSubjects: bytes("one more")))
        expect(!roles.setQuota(1, ofSubjects: bytes("one more*")))
    }

    @Test func `what subjects may have together is known`() {
        var roles = Roles(standard: StepUp(ageSecondsMax: 300))
        expect(roles.add(bytes("a"), ScopeSet(.predict)))
        #expect(roles.admissionsMax(ofSubjects: 10, standard: 100) == 1000)
        expect(roles.setQuota(20, ofRole: bytes("a")))
        expect(roles.setQuota(9000, ofSubjects: bytes("one")))
        #expect(roles.admissionsMax(ofSubjects: 10, standard: 100) == 10_000)
        expect(roles.setQuota(300, ofSubjects: bytes("b*")))
        #expect(roles.admissionsMax(ofSubjects: 10, standard: 100) == 12_000)
        expect(roles.setQuota(400, ofRole: bytes("a")))
        #expect(roles.admissionsMax(ofSubjects: 10, standard: 100) == 13_000)
    }

    @Test func `what nothing is said about needs the usual login`() {
        var roles = Roles(standard: StepUp(ageSecondsMax: 300))
        roles.changeStepUp(for: .revokeTokens) { $0.methods = [bytes("mfa")] }
        #expect(roles.stepUp(for: .activateModels) == StepUp(ageSecondsMax: 300))
        #expect(roles.stepUp(for: .revokeTokens).ageSecondsMax == 300)
        #expect(roles.stepUp(for: .revokeTokens).methods == [bytes("mfa")])
    }

    @Test(
        arguments: [
            (1000, 300, [], [], true), (700, 300, [], [], true), (699.999, 300, [], [], false),
            (nil, 300, [], [], false), (1000, 0, [], [], true), (999.9, 0, [], [], false),
            (1000, 300, ["gold"], [], false), (1000, 300, ["silver", "gold"], [], false),
            (1000, 300, ["silver", "bronze"], [], true), (1000, 300, [], ["pwd"], true),
            (1000, 300, [], ["pwd", "otp"], true), (1000, 300, [], ["pwd", "mfa"], false),
            (1001, 300, [], [], true),
        ] as [(Double?, Int, [String], [String], Bool)])
    func `a login is enough when it is young and of the kind`(
        time: Double?, age: Int, contexts: [String], methods: [String], isEnough: Bool
    ) {
        let login = Login(
            time: time, context: bytes("bronze"), methods: [bytes("otp"), bytes("pwd")])
        var needed = StepUp(ageSecondsMax: age)
        needed.contexts = contexts.map(bytes)
        needed.methods = methods.map(bytes)
        #expect(login.satisfies(needed, now: 1000) == isEnough)
    }
}
