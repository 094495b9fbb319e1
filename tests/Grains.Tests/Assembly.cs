using DxyOrleans.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(TestServer))]

// Each test runs a silo of its own; two at once on two cores only wait for each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
