"""Names of models and fields, marked for translation: no change of a table."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('offers', '0004_names'),
        ('value_lists', '0002_fixed_and_configuration'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='listedvalue',
            options={'verbose_name': 'listed value', 'verbose_name_plural': 'listed values'},
        ),
        migrations.AlterModelOptions(
            name='valuelist',
            options={'verbose_name': 'value list', 'verbose_name_plural': 'value lists'},
        ),
        migrations.AlterField(
            model_name='listedvalue',
            name='added_at',
            field=models.DateTimeField(verbose_name='added at'),
        ),
        migrations.AlterField(
            model_name='listedvalue',
            name='source',
            field=models.CharField(choices=[('manual', 'By hand'), ('import', 'Import'), ('api', 'API'), ('postback', 'Postback')], max_length=8, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='listedvalue',
            name='value',
            field=models.CharField(max_length=254, verbose_name='value'),
        ),
        migrations.AlterField(
            model_name='listedvalue',
            name='value_list',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='listed_values', to='value_lists.valuelist', verbose_name='value list'),
        ),
        migrations.AlterField(
            model_name='offervaluelist',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='offervaluelist',
            name='value_list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='value_lists.valuelist', verbose_name='value list'),
        ),
        migrations.AlterField(
            model_name='valuelist',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='valuelist',
            name='field',
            field=models.CharField(help_text='Which value of an event or lead is looked up: a contact field (email, phone, zip, …) or any other field that senders report.', max_length=60, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9_][A-Za-z0-9_.-]*$', 'Use the name of a field: letters, digits, _, . and -.')], verbose_name='field'),
        ),
        migrations.AlterField(
            model_name='valuelist',
            name='hashing',
            field=models.CharField(choices=[('none', 'In the clear'), ('md5', 'MD5'), ('sha256', 'SHA-256')], default='none', help_text='What is stored of a value. Values that already are such hashes are taken as they are. It cannot be changed later.', max_length=6, verbose_name='hashing'),
        ),
        migrations.AlterField(
            model_name='valuelist',
            name='kind',
            field=models.CharField(choices=[('do_not_present', 'Do not present: values on it are refused'), ('present', 'Present: only values on it are accepted')], default='do_not_present', max_length=14, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='valuelist',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='valuelist',
            name='normalization',
            field=models.CharField(choices=[('none', 'As it is'), ('lower', 'Lower case (e-mail addresses)'), ('digits', 'Digits only'), ('last10', 'Last ten digits (US telephone numbers)'), ('e164', 'E.164 (telephone numbers)')], default='none', help_text='Applied to what is added and to what is looked up. It cannot be changed later.', max_length=6, verbose_name='normalization'),
        ),
        migrations.AlterField(
            model_name='valuelist',
            name='offers',
            field=models.ManyToManyField(related_name='value_lists', through='value_lists.OfferValueList', to='offers.offer', verbose_name='offers'),
        ),
        migrations.AlterField(
            model_name='valuelist',
            name='reference',
            field=models.CharField(help_text='How postbacks and the API name the list, e.g. opt-outs. It cannot be changed later.', max_length=60, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9_-]*$', 'Use small letters, digits, - and _, beginning with a letter or digit.')], verbose_name='reference'),
        ),
        migrations.AlterField(
            model_name='valuelist',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
    ]
