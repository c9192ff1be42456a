/// How an administrator must have logged in for an action (RFC 9470).
package struct StepUp: Equatable, Sendable {
    /// How long ago at most, in seconds.
    package var ageSecondsMax: Int
    /// One of them must be the token's `acr`; empty where it is not looked at.
    package var contexts: [[UInt8]] = []
    /// All of them must be in the token's `amr`.
    package var methods: [[UInt8]] = []

    package init(ageSecondsMax: Int) { self.ageSecondsMax = ageSecondsMax }
}

/// When and how a token's user has logged in, as the token says it.
package struct Login: Equatable, Sendable {
    /// `auth_time`, else `iat`, in seconds since 1970; nil without either.
    package let time: Double?
    /// `acr`; empty without one.
    package let context: [UInt8]
    /// `amr`.
    package let methods: [[UInt8]]

    package init(time: Double?, context: [UInt8] = [], methods: [[UInt8]] = []) {
        self.time = time
        self.context = context
        self.methods = methods
    }

    /// Whether it is enough for an action at `now`. Without a time it is not: it was too long ago.
    package func satisfies(_ stepUp: StepUp, now: Double) -> Bool {
        guard let time, now - time <= Double(stepUp.ageSecondsMax) else { return false }
        return (stepUp.contexts.isEmpty || stepUp.contexts.contains(context))
            && stepUp.methods.allSatisfy(methods.contains)
    }
}

/// Which scopes and quotas roles have, and what logins actions need.
package struct Roles: Equatable, Sendable {
    package static let rolesMax = 64
    /// Patterns of subjects that have a quota of their own.
    package static let subjectPatternsMax = 256

    /// All subjects whose names begin so.
    private struct Beginning: Equatable {
        let text: [UInt8]
        let quotaLimit: Int
    }

    /// Of an action that the file says nothing about.
    private let standard: StepUp
    private var scopesOfRoles: [[UInt8]: ScopeSet] = [:]
    private var stepUps: [Scope: StepUp] = [:]
    private var quotaLimitsOfRoles: [[UInt8]: Int] = [:]
    private var quotaLimitsOfSubjects: [[UInt8]: Int] = [:]
    /// The longest first.
    private var beginnings: [Beginning] = []

    package init(standard: StepUp) { self.standard = standard }

    /// Adds a role; false where there is one of this name, or no room.
    package mutating func add(_ name: [UInt8], _ scopes: ScopeSet) -> Bool {
        guard scopesOfRoles[name] == nil, scopesOfRoles.count < Roles.rolesMax else { return false }
        scopesOfRoles[name] = scopes
        return true
    }

    /// Gives a role a quota: so many predictions in `quota.window`. False where there is no such
    /// role.
    package mutating func setQuota(_ limit: Int, ofRole name: [UInt8]) -> Bool {
        guard scopesOfRoles[name] != nil else { return false }
        quotaLimitsOfRoles[name] = limit
        return true
    }

    /// Gives a subject a quota or, where the pattern ends in `*`, each whose name begins so; false
    /// where there is no room. To be called once for a pattern.
    package mutating func setQuota(_ limit: Int, ofSubjects pattern: [UInt8]) -> Bool {
        guard quotaLimitsOfSubjects.count + beginnings.count < Roles.subjectPatternsMax else {
            return false
        }
        guard pattern.last == UInt8(ascii: "*") else {
            quotaLimitsOfSubjects[pattern] = limit
            return true
        }
        let beginning = Beginning(text: pattern.dropLast(), quotaLimit: limit)
        let place = beginnings.firstIndex { $0.text.count < beginning.text.count }
        beginnings.insert(beginning, at: place ?? beginnings.count)
        return true
    }

    package var roleCount: Int { scopesOfRoles.count }
    /// Of roles and of patterns of subjects.
    package var quotaCount: Int {
        quotaLimitsOfRoles.count + quotaLimitsOfSubjects.count + beginnings.count
    }

    /// Changes what an action needs of a login.
    package mutating func changeStepUp(for scope: Scope, _ change: (inout StepUp) -> Void) {
        change(&stepUps[scope, default: standard])
    }

    /// What a token's rights, the names of roles and scopes, allow. Names of neither allow nothing.
    package func scopes(of rights: [[UInt8]]) -> ScopeSet {
        var scopes: ScopeSet = []
        for right in rights {
            if let role = scopesOfRoles[right] {
                scopes.formUnion(role)
            } else if let scope = Scope(named: right.span) {
                scopes.formUnion(ScopeSet(scope))
            }
        }
        return scopes
    }

    /// Predictions that a subject gets in `quota.window`; nil where nothing is said of it. What is
    /// said of the subject comes before what is said of its roles: its whole name, else the longest
    /// beginning. Of several roles the highest counts.
    package func quotaLimit(of rights: [[UInt8]], subject: [UInt8]) -> Int? {
        quotaLimitsOfSubjects[subject]
            ?? beginnings.first { subject.starts(with: $0.text) }?.quotaLimit
            ?? rights.compactMap { quotaLimitsOfRoles[$0] }.max()
    }

    /// As many admissions as `count` subjects may have in `quota.window` together, where a subject
    /// of which nothing is said has `standard`.
    package func admissionsMax(ofSubjects count: Int, standard: Int) -> Int {
        let highest = (quotaLimitsOfRoles.values + beginnings.map(\.quotaLimit)).max() ?? 0
        return count * max(standard, highest) + quotaLimitsOfSubjects.values.reduce(0, +)
    }

    /// What an administrator's action needs of a login.
    package func stepUp(for scope: Scope) -> StepUp { stepUps[scope] ?? standard }
}
