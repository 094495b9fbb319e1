using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(TestServer))]
[assembly: AssemblyFixture(typeof(Watchdog))]

// Silos are processes with threads of their own: side by side they would measure each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
