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
        #expect(Environment.variables()["CHURND_NOBODY_SETS_THIS"] == nil)
    }
}
