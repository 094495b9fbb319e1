using System.Reflection;
using DxyOrleans.Abstractions;
using Orleans.CodeGeneration;

namespace DxyOrleans.Grains.Tests;

public sealed class ContractTests
{
    [Fact]
    public void Every_grain_interface_bears_the_contracts_version()
    {
        var interfaces = typeof(Contract).Assembly.GetTypes().Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain))).ToList();
        Assert.NotEmpty(interfaces);
        Assert.All(interfaces, type => Assert.Equal(Contract.Version, type.GetCustomAttribute<VersionAttribute>()?.Version));
    }
}
