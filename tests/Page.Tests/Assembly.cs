using DxyOrleans.Testing;

[assembly: AssemblyFixture(typeof(TestServer))]
