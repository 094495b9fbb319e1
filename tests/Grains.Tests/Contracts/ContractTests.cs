using System.Reflection;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Grains.Bars;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.CodeGeneration;
using Orleans.Runtime;
using Orleans.Serialization;

namespace DxyOrleans.Grains.Tests.Contracts;

/// <summary>What is sent or stored keeps its name when code is renamed.</summary>
public sealed class ContractTests
{
    static readonly Assembly[] Assemblies = [typeof(IBarGrain).Assembly, typeof(BarGrain).Assembly];

    static IEnumerable<Type> Types =>
        Assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.FullName!.Contains("OrleansCodeGen", StringComparison.Ordinal));

    [Fact]
    public void Every_type_on_the_wire_has_an_alias_of_its_own()
    {
        var serialized = Types.Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null).ToList();
        Assert.NotEmpty(serialized);
        Assert.All(serialized, type => Assert.NotNull(type.GetCustomAttribute<AliasAttribute>()));
        Assert.Distinct(serialized.Select(type => type.GetCustomAttribute<AliasAttribute>()!.Alias));
    }

    [Fact]
    public void Every_grain_interface_and_method_has_an_alias()
    {
        var interfaces = Types.Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type)).ToList();
        Assert.NotEmpty(interfaces);
        Assert.All(interfaces, type =>
        {
            Assert.NotNull(type.GetCustomAttribute<AliasAttribute>());
            Assert.All(type.GetMethods(), method => Assert.NotNull(method.GetCustomAttribute<AliasAttribute>()));
            Assert.Distinct(type.GetMethods().Select(method => method.GetCustomAttribute<AliasAttribute>()!.Alias));
        });
    }

    [Fact]
    public void Every_grain_interface_bears_the_contracts_version()
    {
        var interfaces = Types.Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain))).ToList();
        Assert.NotEmpty(interfaces);
        Assert.All(interfaces, type => Assert.Equal(Contract.Version, type.GetCustomAttribute<VersionAttribute>()?.Version));
    }

    [Fact]
    public void Every_grain_class_has_a_grain_type_of_its_own()
    {
        var grains = Types.Where(type => typeof(Grain).IsAssignableFrom(type) && !type.IsAbstract).ToList();
        Assert.NotEmpty(grains);
        Assert.All(grains, type => Assert.NotNull(type.GetCustomAttribute<GrainTypeAttribute>()));
        Assert.Distinct(
            grains.Select(type =>
                type.GetCustomAttributesData()
                    .Single(data => data.AttributeType == typeof(GrainTypeAttribute))
                    .ConstructorArguments[0]
                    .Value
            )
        );
    }

    [Fact]
    public void No_two_grain_classes_share_a_state_name()
    {
        var names = Types
            .SelectMany(type => type.GetConstructors())
            .SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<PersistentStateAttribute>())
            .OfType<PersistentStateAttribute>()
            .Select(state => state.StateName)
            .ToList();
        Assert.NotEmpty(names);
        Assert.Distinct(names);
    }

    [Fact]
    public void A_bar_is_the_same_after_the_wire()
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var bar = Bar.Create(
            Series.Parse("EURUSD/5m"),
            UtcTime.At(2024, 3, 5, 10, 5),
            1.1m,
            1.2m,
            1.0m,
            1.15m,
            12.5m,
            1.11m,
            7,
            isPartial: true
        );
        var message = new PublishBars([bar], "ingest");
        var back = serializer.Deserialize<PublishBars>(serializer.SerializeToArray(message))!;
        Assert.Equal(message.Bars.AsEnumerable(), back.Bars);
        Assert.Equal(message.Source, back.Source);
    }
}
