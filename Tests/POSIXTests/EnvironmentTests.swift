import Glibc
import POSIX
import Testing

struct EnvironmentTests {
    @Test func `every variable has the value getenv tells`() {
        let variables = Environment.variables()
        #expect(variables["PATH"] != nil)
        for (name, value) in variables {
            #expect(getenv(name).map { String(cString: $0) } == value, "\(name)")
        }
    }

    @Test func `a variable that is not set has no value`() {
        let name = "CHURND_NOBODY_SETS_THIS"
        #expect(Environment.variables()[name] == nil)
        #expect(Environment.withValue(of: name) { $0.count } == nil)
    }

    @Test func `a variable that is left out is read where it stands`() {
        let all = Environment.variables()
        let rest = Environment.variables(without: ["PATH"])
        #expect(rest["PATH"] == nil && rest.count == all.count - 1)
        let value = Environment.withValue(of: "PATH") { bytes in
            String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
        #expect(value == all["PATH"])
    }
}
